/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a text file as a C string: generate_text FILE NAME > HEADER. Runs when we are built.
 */
#include <stdio.h>

int main(int argc, char **argv)
{
	FILE *in = argc == 3 ? fopen(argv[1], "re") : NULL;
	int c;

	if (in == NULL)
		return 2;
	(void)printf("static const char %s[] =\n\t\"", argv[2]);
	while ((c = getc(in)) != EOF) {
		if (c == '\n')
			(void)fputs("\\n\"\n\t\"", stdout);
		else if (c == '"' || c == '\\')
			(void)printf("\\%c", c);
		else if (c == '\t' || (c >= 0x20 && c < 0x7f))
			(void)putchar(c);
		else
			(void)printf("\\%03o", (unsigned)c);
	}
	(void)fputs("\";\n", stdout);
	return ferror(in) || fflush(stdout) != 0;
}
