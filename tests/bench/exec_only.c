/* SPDX-License-Identifier: Apache-2.0 */
/* The least that any wrapper does: executes its second word with the rest. */
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	(void)execv(argv[1], argv + 1);
	return 127;
}
