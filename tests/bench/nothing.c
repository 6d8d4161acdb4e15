/* SPDX-License-Identifier: Apache-2.0 */
/* A runtime, and a workload, that does nothing. */
int main(void)
{
	return 0;
}
