/* SPDX-License-Identifier: Apache-2.0 */
/* Built instead of interface.c where there is no libapparmor: labels are stacked all the same. */
#include "confine/apparmor/interface.h"

static enum status absent(struct error *err)
{
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "the AppArmor profile is not loaded, and this program was built without "
			 "libapparmor, so it cannot load it");
}

enum status apparmor_interface_add(struct text blob, struct error *err)
{
	(void)blob;
	return absent(err);
}

enum status apparmor_interface_replace(struct text blob, struct error *err)
{
	(void)blob;
	return absent(err);
}
