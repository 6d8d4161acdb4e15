/* SPDX-License-Identifier: Apache-2.0 */
/* Build tool: prints libcap-ng's capability names as the table of oci-spec/capability.c. */
#include <cap-ng.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	printf("/* generated from libcap-ng by generate_capability_table */\n"
	       "static const struct {\n\tchar name[31];\n\tunsigned char len;\n} "
	       "capability_names[] = {\n");
	for (unsigned n = 0; n <= CAP_LAST_CAP; n++) {
		const char *name = capng_capability_to_name(n);

		/* beyond what the library knows it says "cap_41" */
		if (name == NULL || isdigit((unsigned char)name[strlen(name) - 1]))
			break;
		printf("\t{ \"CAP_");
		for (const char *c = name; *c != '\0'; c++)
			putchar(toupper((unsigned char)*c));
		printf("\", %zu },\n", strlen(name) + strlen("CAP_"));
	}
	printf("};\n");
	return 0;
}
