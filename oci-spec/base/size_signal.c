/* SPDX-License-Identifier: Apache-2.0 */
#include "oci-spec/base/size_signal.h"

#include <errno.h>

static const struct sigaction ignored = { .sa_handler = SIG_IGN };

enum status size_signal_ignore(struct sigaction *ret_before, struct error *err)
{
	if (sigaction(SIGXFSZ, &ignored, ret_before) == 0)
		return STATUS_OK;
	return error_set(err, STATUS_SYSTEM, errno, "cannot ignore SIGXFSZ");
}

enum status size_signal_give_back(const struct sigaction *before, enum status st, struct error *err)
{
	if (sigaction(SIGXFSZ, before, NULL) == 0 || st != STATUS_OK)
		return st;
	return error_set(err, STATUS_SYSTEM, errno, "cannot give SIGXFSZ back");
}

void size_signal_ignore_for_good(void)
{
	(void)sigaction(SIGXFSZ, &ignored, NULL);
}
