/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_FILTER_PRNG_H
#define CONFINE_FILTER_PRNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reproducible numbers (splitmix64): the same seed gives the same run on every machine. */
struct prng {
	uint64_t state;
};

static inline uint64_t prng_next(struct prng *prng)
{
	uint64_t z = prng->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* 0 to count - 1; count must not be 0. */
static inline unsigned prng_below(struct prng *prng, size_t count)
{
	return (unsigned)(prng_next(prng) % count);
}

static inline bool prng_percent(struct prng *prng, unsigned percent)
{
	return prng_below(prng, 100) < percent;
}

/* An own stream for number `index` of a run, so that one case can be run alone. */
static inline struct prng prng_fork(uint64_t seed, uint64_t index)
{
	struct prng prng = { seed };

	prng.state = prng_next(&prng) ^ (index * 0xd1342543de82ef95u);
	return prng;
}

#endif
