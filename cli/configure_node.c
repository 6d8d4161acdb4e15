/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/configure_node.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cli/configure_imports.h"
#include "oci-spec/base/file.h"
#include "oci-spec/base/program.h"

#define CONFIG_DEFAULT "/etc/containerd/config.toml"
#define DROP_IN_NAME "oci-confine.toml"
#define CONFIG_BYTES_MAX ((size_t)1024 * 1024)
#define CONTAINERD_SECONDS 20
#define MADE_BY_US "# made by oci-confine configure: there was no file\n"

static enum status no_memory(struct error *err)
{
	return error_set(err, STATUS_SYSTEM, ENOMEM, "cannot configure containerd");
}

/* "DIRECTORY/name" */
static const char *join(struct arena *arena, struct text directory, const char *name)
{
	struct buffer path = BUFFER_INIT(arena);

	buffer_add(&path, directory);
	buffer_add_char(&path, '/');
	buffer_add_str(&path, name);
	buffer_add_char(&path, '\0');
	return path.failed ? NULL : path.ptr;
}

static struct text directory_of(const char *path)
{
	return (struct text){ path, (size_t)(strrchr(path, '/') - path) };
}

/* Paths are written into a TOML string: what would need an escape there is nothing we want. */
static enum status check_path(const char *path, const char *option, struct error *err)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";

	if (path[0] != '/' || path[strspn(path, plain)] != '\0')
		return error_set(
			err, STATUS_INVALID, 0,
			"%s=%.200s: expected an absolute path of letters, digits and '/._-'",
			option, path);
	return STATUS_OK;
}

static enum status find_containerd(const char *given, const char **ret_path, struct error *err)
{
	static const char *const usual[] = { "/usr/local/sbin/containerd",
					     "/usr/local/bin/containerd", "/usr/sbin/containerd",
					     "/usr/bin/containerd" };

	if (given != NULL) {
		*ret_path = given;
		return check_path(given, "--containerd", err);
	}
	for (unsigned i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (access(usual[i], X_OK) == 0) {
			*ret_path = usual[i];
			return STATUS_OK;
		}
	}
	return error_set(err, STATUS_UNSUPPORTED, 0,
			 "containerd is in none of /usr/local/sbin, /usr/local/bin, /usr/sbin and "
			 "/usr/bin; --containerd=PATH says where it is");
}

static enum status run_containerd(const char *path, const char *const *argv, struct arena *arena,
				  struct text *ret_output, struct error *err)
{
	const struct program containerd = {
		.path = path,
		.argv = argv,
		.seconds = CONTAINERD_SECONDS,
		.output_max = CONFIG_BYTES_MAX,
	};

	return program_run(&containerd, TEXT_NONE, arena, ret_output, err);
}

/* Three numbers with points between; what follows is the distribution's. */
static bool parse_release(struct text release, unsigned numbers[3])
{
	unsigned n = 0;

	numbers[0] = numbers[1] = numbers[2] = 0;
	for (size_t i = 0; i < release.len; i++) {
		char c = release.ptr[i];

		if (c >= '0' && c <= '9' && numbers[n] < 100000)
			numbers[n] = numbers[n] * 10 + (unsigned)(c - '0');
		else if (c == '.' && n < 2)
			n++;
		else
			break;
	}
	return n == 2;
}

/* "containerd github.com/containerd/containerd v1.7.24 88bf19b2..." */
static enum status read_release(struct node *node, struct error *err)
{
	static const char *const argv[] = { "containerd", "--version", NULL };
	unsigned numbers[3];
	struct text line;
	enum status st = run_containerd(node->containerd, argv, node->arena, &line, err);

	if (st != STATUS_OK)
		return st;
	(void)text_cut(&line, ' ');
	(void)text_cut(&line, ' ');
	node->release = text_cut(&line, ' ');
	if (text_starts_with(node->release, "v"))
		node->release = (struct text){ node->release.ptr + 1, node->release.len - 1 };
	if (!parse_release(node->release, numbers))
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "%s --version says '%.*s', which is not understood",
				 node->containerd, TEXT_ARG(node->release));
	node->major = numbers[0];
	node->minor = numbers[1];
	node->patch = numbers[2];
	if (node->major < 1 || node->major > 2 || (node->major == 1 && node->minor < 6))
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "containerd %.*s is not known here; 1.6, 1.7 and 2.x are",
				 TEXT_ARG(node->release));
	return STATUS_OK;
}

static enum status read_config(struct node *node, struct error *err)
{
	enum status st = file_read(node->dirfd, node->name, CONFIG_BYTES_MAX, node->arena,
				   &node->current, &node->about, err);

	if (st == STATUS_SYSTEM && err->sys_errno == ENOENT) {
		node->original = node->major == 1 ? TEXT(MADE_BY_US "version = 2\n")
						  : TEXT(MADE_BY_US "version = 3\n");
		return STATUS_OK;
	}
	if (st == STATUS_OK)
		st = file_check_owner(&node->about, err);
	node->exists = true;
	return st == STATUS_OK ? imports_undo(node->current, node->arena, &node->original,
					      &node->edited, err)
			       : st;
}

/* Without a number it is version 1, whose days containerd 2 ended. */
static enum status check_version(struct node *node, struct error *err)
{
	unsigned version = imports_version(node->original);

	node->version = version == 0 ? 1 : version;
	if (node->version > 3 || (node->major == 1 && node->version == 3))
		return error_set(err, STATUS_INVALID, 0, "version = %u is not for containerd %.*s",
				 node->version, TEXT_ARG(node->release));
	if (node->major == 2 && node->version == 1)
		return error_set(err, STATUS_UNSUPPORTED, 0,
				 "is of version 1, whose imports containerd 2 does not read as "
				 "meant; see containerd config migrate");
	return STATUS_OK;
}

enum status node_read(const struct configure_options *options, struct arena *arena,
		      struct node *ret_node, struct error *err)
{
	struct node *node = ret_node;
	enum status st;

	*node = (struct node){ .arena = arena, .dirfd = -1, .drop_in_name = DROP_IN_NAME };
	node->config = options->config_path != NULL ? options->config_path : CONFIG_DEFAULT;
	st = check_path(node->config, "--config", err);
	if (st == STATUS_OK)
		st = find_containerd(options->program, &node->containerd, err);
	if (st == STATUS_OK)
		st = read_release(node, err);
	if (st == STATUS_OK)
		st = file_open_parent(AT_FDCWD, node->config, arena, &node->dirfd, &node->name,
				      err);
	if (st != STATUS_OK)
		return st;
	node->drop_in = join(arena, directory_of(node->config), DROP_IN_NAME);
	if (node->drop_in == NULL)
		return no_memory(err);
	st = read_config(node, err);
	if (st == STATUS_OK)
		st = check_version(node, err);
	return st == STATUS_OK ? st : error_in_file(err, node->config);
}

void node_done(struct node *node)
{
	file_close(&node->dirfd);
}

bool node_made_by_us(const struct node *node)
{
	return text_starts_with(node->original, MADE_BY_US);
}

enum status node_write(const struct node *node, const char *name, struct text content,
		       const struct stat *like, struct error *err)
{
	/* a copy of the CRI plugin's table can hold a registry's password */
	const struct stat ours = { .st_mode = S_IFREG | 0600,
				   .st_uid = geteuid(),
				   .st_gid = getegid() };
	struct iovec piece = { (char *)(uintptr_t)content.ptr, content.len };
	enum status st =
		file_replace(node->dirfd, name, &piece, 1, like != NULL ? like : &ours, err);

	return st == STATUS_OK ? st : error_in_file(err, name);
}

enum status node_temporary_make(const struct node *node, const char *what, struct text content,
				struct node_temporary *ret_temporary, struct error *err)
{
	enum status st;

	/* not "*.toml", which another import could take in */
	(void)snprintf(ret_temporary->name, sizeof(ret_temporary->name), ".oci-confine-%s.%ld",
		       what, (long)getpid());
	ret_temporary->dirfd = node->dirfd;
	st = node_write(node, ret_temporary->name, content, NULL, err);
	if (st != STATUS_OK)
		ret_temporary->name[0] = '\0';
	return st;
}

void node_temporary_done(struct node_temporary *temporary)
{
	if (temporary->name[0] != '\0')
		(void)unlinkat(temporary->dirfd, temporary->name, 0);
}

enum status node_dump(const struct node *node, struct text config, struct text *ret_dump,
		      struct error *err)
{
	/* beside the real one, as imports may be relative to it */
	AUTO(node_temporary_done) struct node_temporary file = { -1, "" };
	const char *path;
	enum status st = node_temporary_make(node, "config", config, &file, err);

	if (st != STATUS_OK)
		return st;
	path = join(node->arena, directory_of(node->config), file.name);
	if (path == NULL)
		return no_memory(err);
	const char *const argv[] = { "containerd", "--config", path, "config", "dump", NULL };

	st = run_containerd(node->containerd, argv, node->arena, ret_dump, err);
	return st == STATUS_OK ? st : error_in_file(err, node->config);
}
