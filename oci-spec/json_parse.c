/* SPDX-License-Identifier: Apache-2.0 */
/* The guard: one pass of yajl's callbacks. yajl is used in this file only. */
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <yajl/yajl_parse.h>

#include "oci-spec/json.h"
#include "oci-spec/json_memory.h"

/* Up to this many keys every pair is compared; above it they are hashed. */
#define PAIRWISE_KEYS 12

struct parse {
	struct arena *arena;
	const struct json_limits *limits;
	struct json_doc *doc;
	struct error *err;
	yajl_handle yajl;
	uint32_t nodes_size, decoded_size;
	uint32_t offset; /* behind the last token */
	uint32_t depth;
	uint32_t open[JSON_DEPTH_MAX + 1]; /* containers being read, outermost first */
	uint32_t last[JSON_DEPTH_MAX + 1]; /* their last key or element, 0 none yet */
	uint32_t *slots;		   /* hash table for keys, made on demand */
	uint32_t slots_size;
	uint64_t seed;
};

/* Zero cancels yajl_parse(); err is set. */
enum { STOP = 0, GO_ON = 1 };

static int stop_no_memory(struct parse *p)
{
	(void)error_set(p->err, STATUS_SYSTEM, ENOMEM, "cannot read the document");
	return STOP;
}

static int stop_at(struct parse *p, uint32_t at, const char *what)
{
	const struct json_node *node = &p->doc->nodes[at];

	/* a key has no path of its own before its value is read: name the object */
	if (node->type == JSON_KEY)
		(void)json_fail((struct json){ p->doc, node->parent }, STATUS_INVALID, p->err,
				"one of its keys %s", what);
	else
		(void)json_fail((struct json){ p->doc, at }, STATUS_INVALID, p->err, "%s", what);
	return STOP;
}

/* Where the token that ends at `end` starts: behind white space and the separator before it. */
static uint32_t token_start(const struct parse *p, uint32_t end)
{
	static const uint64_t between = (uint64_t)1 << ' ' | 1 << '\n' | 1 << '\t' | 1 << '\r' |
					(uint64_t)1 << ',' | (uint64_t)1 << ':';
	const unsigned char *s = (const unsigned char *)p->doc->text.ptr;
	uint32_t at = p->offset;

	while (at < end && s[at] < 64 && (between >> s[at] & 1) != 0)
		at++;
	return at;
}

static int grow_nodes(struct parse *p)
{
	size_t size = (size_t)p->nodes_size * 2;
	struct json_node *nodes;

	if (p->doc->count > p->limits->max_nodes || size > JSON_NODES_MAX) {
		(void)error_set(p->err, STATUS_INVALID, 0, "has more than %zu values",
				p->limits->max_nodes);
		return STOP;
	}
	nodes = arena_grow(p->arena, p->doc->nodes, p->nodes_size * sizeof(*nodes),
			   size * sizeof(*nodes));
	if (nodes == NULL)
		return stop_no_memory(p);
	p->doc->nodes = nodes;
	p->nodes_size = (uint32_t)size;
	return GO_ON;
}

/* Links a key or an element to the container it stands in, 0 for none. */
static void link_node(struct parse *p, uint32_t parent, uint32_t at)
{
	struct json_node *nodes = p->doc->nodes;
	uint32_t last = p->last[p->depth];

	if (parent == 0 || (nodes[parent].type == JSON_OBJECT && nodes[at].type != JSON_KEY))
		return; /* the document, or the value behind a key */
	if (last != 0)
		nodes[last].next = at;
	else
		nodes[parent].child = 1;
	p->last[p->depth] = at;
}

/* What a value of each type starts with; digits and the minus of a number are not listed. */
static bool starts_as(enum json_type type, char c)
{
	static const char starts[] = {
		[JSON_NULL] = 'n',  [JSON_FALSE] = 'f',	 [JSON_TRUE] = 't', [JSON_STRING] = '"',
		[JSON_ARRAY] = '[', [JSON_OBJECT] = '{', [JSON_KEY] = '"'
	};

	return type == JSON_NUMBER ? c == '-' || (c >= '0' && c <= '9') : c == starts[type];
}

static int add_node(struct parse *p, enum json_type type, uint32_t *ret_at)
{
	uint32_t end = (uint32_t)yajl_get_bytes_consumed(p->yajl), start = token_start(p, end);
	uint32_t at = p->doc->count, parent = p->open[p->depth]; /* open[0] is 0 */

	if ((at == p->nodes_size || at > p->limits->max_nodes) && grow_nodes(p) == STOP)
		return STOP;
	/* we and yajl must mean the same bytes, or a key could be misread */
	if (start >= end || !starts_as(type, p->doc->text.ptr[start])) {
		(void)error_set(p->err, STATUS_INVALID, 0, "is not understood");
		return STOP;
	}
	p->doc->nodes[at] = (struct json_node){ .start = start,
						.end = end,
						.parent = parent & (JSON_NODES_MAX - 1),
						.type = (uint32_t)type & 7 };
	p->doc->count++;
	p->offset = end;
	link_node(p, parent, at);
	*ret_at = at;
	return GO_ON;
}

static int on_scalar(struct parse *p, enum json_type type)
{
	uint32_t at;

	return add_node(p, type, &at);
}

static int on_null(void *ctx)
{
	return on_scalar(ctx, JSON_NULL);
}

static int on_boolean(void *ctx, int value)
{
	return on_scalar(ctx, value ? JSON_TRUE : JSON_FALSE);
}

static int on_number(void *ctx, const char *digits, size_t len)
{
	(void)digits;
	(void)len;
	return on_scalar(ctx, JSON_NUMBER);
}

/* One \uXXXX at s: its value. The caller has seen four digits, yajl checked them. */
static unsigned hex4(const char *s)
{
	unsigned value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)s[i];

		value = value * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

/* Surrogates must come in pairs: yajl turns a lone one into '?', Go into U+FFFD. */
static bool surrogates_are_paired(struct text raw)
{
	size_t i = 0;

	while (i + 1 < raw.len) {
		unsigned unit;

		if (raw.ptr[i] != '\\') {
			i++;
			continue;
		}
		if (raw.ptr[i + 1] != 'u') {
			i += 2;
			continue;
		}
		unit = hex4(raw.ptr + i + 2);
		i += 6;
		if ((unit & 0xf800) != 0xd800)
			continue;
		if ((unit & 0xfc00) != 0xd800 || i + 6 > raw.len || raw.ptr[i] != '\\' ||
		    raw.ptr[i + 1] != 'u' || (hex4(raw.ptr + i + 2) & 0xfc00) != 0xdc00)
			return false;
		i += 6;
	}
	return true;
}

static int keep_decoded(struct parse *p, uint32_t at, struct text decoded)
{
	struct json_doc *doc = p->doc;
	char *copy;

	if (memchr(decoded.ptr, '\0', decoded.len) != NULL)
		return stop_at(p, at, "holds a NUL character");
	if (!surrogates_are_paired(json_raw((struct json){ doc, at })))
		return stop_at(p, at, "holds half of a surrogate pair");
	if (doc->decoded_count == p->decoded_size) {
		uint32_t size = p->decoded_size == 0 ? 16 : p->decoded_size * 2;

		doc->decoded = arena_grow(p->arena, doc->decoded,
					  p->decoded_size * sizeof(*doc->decoded),
					  size * sizeof(*doc->decoded));
		if (doc->decoded == NULL)
			return stop_no_memory(p);
		p->decoded_size = size;
	}
	copy = text_dup(p->arena, decoded);
	if (copy == NULL)
		return stop_no_memory(p);
	doc->decoded[doc->decoded_count++] =
		(struct json_decoded){ at, (struct text){ copy, decoded.len } };
	doc->nodes[at].escaped = 1;
	return GO_ON;
}

static int add_string(struct parse *p, enum json_type type, const unsigned char *ptr, size_t len)
{
	const char *base = p->doc->text.ptr;
	struct text value = { (const char *)ptr, len };
	uint32_t at;

	if (add_node(p, type, &at) == STOP)
		return STOP;
	/* yajl hands out the file's own bytes unless it had escapes to resolve */
	if ((value.ptr < base || value.ptr >= base + p->doc->text.len) &&
	    keep_decoded(p, at, value) == STOP)
		return STOP;
	return GO_ON;
}

static int on_string(void *ctx, const unsigned char *ptr, size_t len)
{
	return add_string(ctx, JSON_STRING, ptr, len);
}

static int on_key(void *ctx, const unsigned char *ptr, size_t len)
{
	return add_string(ctx, JSON_KEY, ptr, len);
}

static int open_container(struct parse *p, enum json_type type)
{
	uint32_t at;

	if (add_node(p, type, &at) == STOP)
		return STOP;
	if (p->depth >= p->limits->max_depth || p->depth >= JSON_DEPTH_MAX) {
		(void)error_set(p->err, STATUS_INVALID, 0, "is nested more than %zu levels deep",
				p->limits->max_depth);
		return STOP;
	}
	p->depth++;
	p->open[p->depth] = at;
	p->last[p->depth] = 0;
	return GO_ON;
}

static int close_container(struct parse *p)
{
	uint32_t end = (uint32_t)yajl_get_bytes_consumed(p->yajl);

	p->doc->nodes[p->open[p->depth]].end = end;
	p->offset = end;
	p->depth--;
	return GO_ON;
}

/* --- duplicate keys --- */

static uint64_t hash_key(uint64_t seed, struct text key)
{
	uint64_t h = seed ^ (key.len * 0x9e3779b97f4a7c15u);
	size_t i = 0;

	for (; i + 8 <= key.len; i += 8) {
		uint64_t word;

		memcpy(&word, key.ptr + i, 8);
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	for (; i < key.len; i++)
		h = (h ^ (unsigned char)key.ptr[i]) * 0x100000001b3u;
	return h ^ (h >> 29);
}

static struct text key_text(const struct parse *p, uint32_t key)
{
	return json_key((struct json){ p->doc, key + 1 });
}

static int stop_duplicate(struct parse *p, uint32_t key)
{
	return stop_at(p, key + 1, "this key stands twice");
}

static int check_pairwise(struct parse *p, uint32_t first)
{
	const struct json_node *nodes = p->doc->nodes;

	for (uint32_t a = nodes[first].next; a != 0; a = nodes[a].next) {
		for (uint32_t b = first; b != a; b = nodes[b].next) {
			if (text_equal(key_text(p, a), key_text(p, b)))
				return stop_duplicate(p, a);
		}
	}
	return GO_ON;
}

static int check_hashed(struct parse *p, uint32_t first, uint32_t keys)
{
	const struct json_node *nodes = p->doc->nodes;
	uint32_t size = 32;

	while (size < keys * 2)
		size *= 2;
	if (size > p->slots_size) {
		p->slots = arena_array(p->arena, size, sizeof(*p->slots));
		if (p->slots == NULL)
			return stop_no_memory(p);
		p->slots_size = size;
	} else {
		memset(p->slots, 0, size * sizeof(*p->slots));
	}
	for (uint32_t key = first; key != 0; key = nodes[key].next) {
		uint32_t slot = (uint32_t)hash_key(p->seed, key_text(p, key)) & (size - 1);

		while (p->slots[slot] != 0) {
			if (text_equal(key_text(p, p->slots[slot]), key_text(p, key)))
				return stop_duplicate(p, key);
			slot = (slot + 1) & (size - 1);
		}
		p->slots[slot] = key;
	}
	return GO_ON;
}

static int on_end_map(void *ctx)
{
	struct parse *p = ctx;
	const struct json_node *nodes = p->doc->nodes;
	uint32_t object = p->open[p->depth], keys = 0;
	int go_on = GO_ON;

	for (uint32_t key = nodes[object].child ? object + 1 : 0; key != 0; key = nodes[key].next)
		keys++;
	if (keys > PAIRWISE_KEYS)
		go_on = check_hashed(p, object + 1, keys);
	else if (keys > 1)
		go_on = check_pairwise(p, object + 1);
	return go_on == STOP ? STOP : close_container(p);
}

static int on_start_map(void *ctx)
{
	return open_container(ctx, JSON_OBJECT);
}

static int on_start_array(void *ctx)
{
	return open_container(ctx, JSON_ARRAY);
}

static int on_end_array(void *ctx)
{
	return close_container(ctx);
}

/* One by one: a table of functions would be relocated in every start, read or not. */
static void set_callbacks(yajl_callbacks *callbacks)
{
	callbacks->yajl_null = on_null;
	callbacks->yajl_boolean = on_boolean;
	callbacks->yajl_number = on_number;
	callbacks->yajl_string = on_string;
	callbacks->yajl_start_map = on_start_map;
	callbacks->yajl_map_key = on_key;
	callbacks->yajl_end_map = on_end_map;
	callbacks->yajl_start_array = on_start_array;
	callbacks->yajl_end_array = on_end_array;
}

/* A complaint about the text itself, with the place that yajl does not tell. */
static enum status text_error(struct parse *p, size_t at, struct text what)
{
	struct text text = p->doc->text;
	size_t line = 1, column = 1;

	for (size_t i = 0; i < at && i < text.len; i++) {
		column = text.ptr[i] == '\n' ? 1 : column + 1;
		line += text.ptr[i] == '\n' ? 1 : 0;
	}
	return error_set(p->err, STATUS_INVALID, 0, "line %zu, column %zu: %.*s", line, column,
			 TEXT_ARG(what));
}

static enum status syntax_error(struct parse *p)
{
	unsigned char *said = yajl_get_error(p->yajl, 0, NULL, 0);
	struct text what = text_of(said != NULL ? (const char *)said : "not JSON");

	(void)text_error(p, yajl_get_bytes_consumed(p->yajl), text_cut(&what, '\n'));
	if (said != NULL)
		yajl_free_error(p->yajl, said);
	return STATUS_INVALID;
}

/* Whether eight bytes are plain: none below 0x20 (that borrows), none with the high bit. */
static bool is_plain_word(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return (((word - 0x2020202020202020u) | word) & 0x8080808080808080u) == 0;
}

/*
 * What yajl would let through: overlong UTF-8 and surrogates, and vertical tab and form feed as
 * white space, which RFC 8259 knows neither.
 */
static enum status check_bytes(struct parse *p)
{
	struct text text = p->doc->text;
	bool utf8_checked = false;
	size_t i = 0;

	while (i < text.len) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (text.len - i >= 8 && is_plain_word(text.ptr + i)) {
			i += 8;
			continue;
		}
		if (c < 0x20 && c != '\n' && c != '\t' && c != '\r')
			return text_error(p, i, TEXT("a control character"));
		if (c >= 0x80 && !utf8_checked) {
			struct text rest = { text.ptr + i, text.len - i };
			size_t sound = text_utf8_length(rest);

			if (sound < rest.len)
				return text_error(p, i + sound, TEXT("is not valid UTF-8"));
			utf8_checked = true;
		}
		i++;
	}
	return STATUS_OK;
}

static bool is_blank_from(struct text text, size_t at)
{
	while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\n' ||
				 text.ptr[at] == '\t' || text.ptr[at] == '\r'))
		at++;
	return at == text.len;
}

static enum status run(struct parse *p)
{
	const unsigned char *text = (const unsigned char *)p->doc->text.ptr;
	yajl_status ys;

	if (check_bytes(p) != STATUS_OK)
		return p->err->status;
	ys = yajl_parse(p->yajl, text, p->doc->text.len);

	/* completing is what notices an unfinished document; the offset is the chunk's then */
	if (ys == yajl_status_ok) {
		ys = yajl_complete_parse(p->yajl);
		/* only now does it know that a number has ended, be it the whole document */
		if (ys == yajl_status_client_canceled && p->depth == 0)
			return error_set(p->err, STATUS_INVALID, 0, "must hold one object");
		if (ys != yajl_status_ok)
			return error_set(p->err, STATUS_INVALID, 0, "%s",
					 p->doc->text.len == 0 ? "is empty" : "ends in the middle");
	}
	if (ys == yajl_status_client_canceled)
		return p->err->status;
	if (ys != yajl_status_ok)
		return syntax_error(p);
	if (p->doc->count < 2 || p->doc->nodes[1].type < JSON_ARRAY)
		return error_set(p->err, STATUS_INVALID, 0, "must hold one object");
	/* yajl keeps a string that nobody closed to itself */
	if (!is_blank_from(p->doc->text, p->doc->nodes[1].end))
		return text_error(p, p->doc->nodes[1].end, TEXT("something behind the document"));
	return STATUS_OK;
}

/* Nodes, and yajl with its memory. */
static enum status prepare(struct parse *p, const yajl_callbacks *callbacks,
			   struct json_memory *memory)
{
	yajl_alloc_funcs functions = { .ctx = memory };
	size_t len = p->doc->text.len;
	enum status st = json_memory_init(memory, p->arena, len, p->err);

	if (st != STATUS_OK)
		return st;
	functions.malloc = json_memory_alloc;
	functions.realloc = json_memory_realloc;
	functions.free = json_memory_free;
	p->yajl = yajl_alloc(callbacks, &functions, p);
	p->nodes_size = (uint32_t)(len / 12) + 64; /* a config.json has 14 to 18 bytes a node */
	p->doc->nodes = arena_array(p->arena, p->nodes_size, sizeof(*p->doc->nodes));
	if (p->yajl == NULL || p->doc->nodes == NULL)
		return error_set(p->err, STATUS_SYSTEM, ENOMEM, "cannot read the document");
	return STATUS_OK;
}

enum status json_parse(struct arena *arena, struct text text, const char *name,
		       const struct json_limits *limits, struct json_doc *ret_doc,
		       struct error *err)
{
	struct json_doc doc = { .name = name, .text = text, .count = 1 };
	struct parse p = { .arena = arena, .limits = limits, .doc = &doc, .err = err };
	const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes, getauxval(3) */
	yajl_callbacks callbacks = { .yajl_integer = NULL };	 /* borrowed until the end */
	struct json_memory memory;
	enum status st;

	if (text.len > limits->max_bytes || text.len > UINT32_MAX / 2)
		st = error_set(err, STATUS_INVALID, 0, "is larger than %zu bytes",
			       limits->max_bytes);
	else
		st = STATUS_OK;
	if (random != NULL)
		memcpy(&p.seed, random, sizeof(p.seed));
	set_callbacks(&callbacks);
	if (st == STATUS_OK)
		st = prepare(&p, &callbacks, &memory);
	if (st == STATUS_OK)
		st = run(&p);
	/* yajl's handle is the arena's */
	if (st != STATUS_OK)
		return name != NULL ? error_in_file(err, name) : st;
	*ret_doc = doc;
	return STATUS_OK;
}
