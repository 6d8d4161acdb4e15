/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/inputs.h"
#include "cli/output.h"

/*
 * What each input contributed to a merge, that is what would be answered otherwise without it,
 * and every place where the merged profile is not just what its inputs declare together.
 */
enum status merge_report(const struct inputs *inputs, const struct ruleset *merged,
			 const struct notes *notes, struct arena *arena, struct output *out,
			 struct error *err) MUST_CHECK;

#endif
