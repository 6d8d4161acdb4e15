/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONFIGURE_DUMP_H
#define CLI_CONFIGURE_DUMP_H

#include "oci-spec/base/text.h"

/*
 * What `containerd config dump` prints: its whole configuration with defaults and imports, in one
 * form of its own: every table under its full header, one key a line. containerd 1.x prints
 * version 2, containerd 2.x version 3, whatever the files have.
 */

/* How the table of the CRI plugin that knows handlers is called in each version; 1 to 3. */
const char *dump_cri_table(unsigned version);

/* The value of a key in the table of this full name, with its quotes; TEXT_NONE without it. */
struct text dump_value(struct text dump, const char *table, const char *key);

bool dump_has_table(struct text dump, const char *table);

/*
 * The lines of a table and of all tables beneath it, which stand together; TEXT_NONE without it.
 */
struct text dump_tables(struct text dump, const char *table);

/*
 * Whether two dumps say the same but for the handler's tables in the second, the list of
 * imports, and the name of the default handler. *ret_line is the first line of `after`, or of
 * `before` where after has ended, that differs.
 */
bool dump_same_but_for_handler(struct text before, struct text after, const char *handler_table,
			       struct text *ret_line);

#endif
