/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_REPORT_H
#define SHIM_REPORT_H

#include "confine/notes.h"
#include "shim/runtime_args.h"

/*
 * The last that the program does: one line to standard error, "oci-confine-runtime: ID: FILE:
 * PATH: what", and one to the runtime's --log file in its --log-format. containerd shows the last
 * error of that file in the pod's events, and loses standard error. Nothing is ever written to
 * standard output.
 */
void report_error(const struct runtime_args *args, const struct error *err);

/*
 * The same for each warning; to the log file alone if there is one. That none could be written is
 * no failure; STATUS_SYSTEM: size_signal.h, and no runtime may be started.
 */
enum status report_notes(const struct runtime_args *args, const struct notes *notes,
			 struct error *err) MUST_CHECK;

#endif
