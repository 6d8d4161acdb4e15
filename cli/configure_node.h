/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CONFIGURE_NODE_H
#define CLI_CONFIGURE_NODE_H

#include <sys/stat.h>

#include "cli/configure.h"

/* The containerd of this node: its program and its configuration, as they are. */
struct node {
	struct arena *arena;
	const char *containerd; /* its program */
	struct text release;	/* "1.6.20~ds1" */
	unsigned major, minor, patch;

	const char *config; /* "/etc/containerd/config.toml" */
	const char *name;   /* "config.toml" */
	int dirfd;	    /* of its directory; node_done() closes it */
	struct stat about;
	bool exists;

	struct text current;  /* the file's bytes */
	struct text original; /* without our edit; what we would make where no file is */
	bool edited;
	unsigned version; /* of the format of the file, 1 to 3 */

	const char *drop_in, *drop_in_name; /* beside it: "oci-confine.toml" */
};

/* Finds and reads all of it. STATUS_UNSUPPORTED without containerd. */
enum status node_read(const struct configure_options *options, struct arena *arena,
		      struct node *ret_node, struct error *err) MUST_CHECK;

void node_done(struct node *node);

/* Whether we made the configuration file because there was none. */
bool node_made_by_us(const struct node *node);

/* What containerd says its whole configuration were with this text as its file. */
enum status node_dump(const struct node *node, struct text config, struct text *ret_dump,
		      struct error *err) MUST_CHECK;

/* Puts a file into the directory of the configuration, atomically, for root's eyes where new. */
enum status node_write(const struct node *node, const char *name, struct text content,
		       const struct stat *like, struct error *err) MUST_CHECK;

/* A file in that directory for as long as the variable lives: AUTO(node_temporary_done). */
struct node_temporary {
	int dirfd;
	char name[64]; /* empty: none */
};

enum status node_temporary_make(const struct node *node, const char *what, struct text content,
				struct node_temporary *ret_temporary, struct error *err) MUST_CHECK;

void node_temporary_done(struct node_temporary *temporary);

#endif
