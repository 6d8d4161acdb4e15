/* SPDX-License-Identifier: Apache-2.0 */
/*
 * every_call [OPTION...] -- COMMAND [WORD...]
 *
 * Runs COMMAND, in which `inject` stands with the words @FAULT and @REPORT, once as it is and then
 * once for each system call that this made and each thing that can go wrong with it. After each:
 *   - FILE is, byte for byte, the old one or the one that the first run made;
 *   - the container was started only with the new one, with the command line, environment and
 *     descriptors of the first run; then the exit code is the one of the first run;
 *   - else the exit code says that it is refused and one line says why, unless it was killed;
 *   - no file ".*.oci-confine-*" stays, but one after a kill; then an undisturbed run works, and
 *     leaves none more.
 * What ends otherwise must be in the list of ignored failures (faults.h).
 *
 *   -n NAME    of the scenario            -i LIST   of ignored failures
 *   -u USED    gets the numbers of the list's lines that were needed
 *   -f FILE    which is replaced          -r RECORD made when the container is started
 *   -d DIR     where no file stays        -c DIR    emptied before each run, but for the
 *                                                 one that shows what a fault has left
 *   -p CODE    the container ran confined, it ended so (0)
 *   -b CODE    before the codes 1 to 4 of a refusal (0)
 *   -q CODE    the container was killed; why is in the system's log
 *   -w WHO     says why                   -x FILE   that never exists
 *   -k VICTIMS of kills, "self,init"      -o KINDS  "errors" or "kills" alone
 *   -s STEP    every STEP-th call only     -R ROOT  of the file system that COMMAND sees
 *   -a FILE    as good as the one that the first run made: confined in another form
 *   -m MOST    as many of a call's failures, others for the next one like it
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/faults.h"

#define DIRS_MAX 8
#define BYTES_MAX 65536
#define SECONDS_MAX 20

struct text {
	char bytes[BYTES_MAX];
	ssize_t len; /* -1: there is no such file */
};

struct options {
	const char *name, *list, *used, *file, *record, *who, *never, *kinds, *root, *as_good;
	const char *dirs[DIRS_MAX], *cold[DIRS_MAX];
	size_t dir_count, cold_count;
	int passes, base, killed, step, most;
	char *victims;
	char **command;
	char report[64];
};

/* What one run has left. */
struct seen {
	struct text file, record, said, logged, report;
	int code;
	unsigned leftovers;
};

struct loop {
	struct options opt;
	struct list list;
	struct text original, as_good;
	mode_t mode;
	struct seen first, now;
	int sink; /* /dev/log, or -1 */
	unsigned calls, errors, kills, refused, started, dead, problems;
};

/* --- files --- */

static void read_text(const char *path, struct text *text)
{
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	text->len = fd < 0 ? -1 : read(fd, text->bytes, sizeof(text->bytes) - 1);
	text->bytes[text->len > 0 ? text->len : 0] = '\0';
	(void)close(fd);
}

/* The recorder's process is another one each time. */
static void drop_pid(struct text *record)
{
	char *line = strstr(record->bytes, "\npid="), *end;

	if (line == NULL)
		return;
	end = line + 1 + strcspn(line + 1, "\n");
	memmove(line, end, strlen(end) + 1);
	record->len -= end - line;
}

static bool same(const struct text *a, const struct text *b)
{
	return a->len == b->len && (a->len <= 0 || memcmp(a->bytes, b->bytes, (size_t)a->len) == 0);
}

static void restore(const struct loop *loop)
{
	const char *path = loop->opt.file;
	int fd;

	if (path == NULL)
		return;
	(void)unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, loop->mode);
	if (fd < 0 || write(fd, loop->original.bytes, (size_t)loop->original.len) !=
			      loop->original.len)
		exit(2);
	(void)close(fd);
}

/* Counts, or removes, what our programs make beside a file that they replace, in all of `dir`. */
static unsigned each_in(const char *dir, bool everything, bool removes)
{
	DIR *in = opendir(dir);
	struct dirent *entry;
	unsigned count = 0;

	while (in != NULL && (entry = readdir(in)) != NULL) {
		if (entry->d_type == DT_DIR ||
		    (!everything && strstr(entry->d_name, ".oci-confine-") == NULL))
			continue;
		count++;
		if (removes)
			(void)unlinkat(dirfd(in), entry->d_name, 0);
	}
	if (in != NULL)
		(void)closedir(in);
	return count;
}

static unsigned leftovers(const struct options *opt, bool removes)
{
	unsigned count = 0;

	for (size_t i = 0; i < opt->dir_count; i++)
		count += each_in(opt->dirs[i], false, removes);
	return count;
}

/* --- one run --- */

static void open_log(struct loop *loop)
{
	static const struct sockaddr_un name = { AF_UNIX, "/dev/log" };

	loop->sink = -1;
	if (loop->opt.killed == 0)
		return;
	loop->sink = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	(void)unlink(name.sun_path);
	if (bind(loop->sink, (const struct sockaddr *)&name, sizeof(name)) != 0)
		exit(2);
}

/* The last line that says why something was not done. */
static void read_log(const struct loop *loop, struct text *ret_line)
{
	struct text line;

	ret_line->len = -1;
	while (loop->sink >= 0) {
		line.len = recv(loop->sink, line.bytes, sizeof(line.bytes) - 1, 0);
		if (line.len < 0)
			return;
		line.bytes[line.len] = '\0';
		if (strstr(line.bytes, "\"error\":") != NULL)
			*ret_line = line;
	}
}

static void become(const struct loop *loop, const char *fault, int err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	char **words = loop->opt.command;

	for (size_t i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], "@FAULT") == 0)
			words[i] = strdup(fault);
		else if (strcmp(words[i], "@REPORT") == 0)
			words[i] = strdup(loop->opt.report);
	}
	(void)dup2(null, 0);
	(void)dup2(null, 1);
	(void)dup2(err, 2);
	if (loop->opt.root != NULL && (chroot(loop->opt.root) != 0 || chdir("/") != 0))
		_exit(126);
	(void)execv(words[0], words);
	_exit(126);
}

/* inject writes it when all that it traced has ended. */
static bool wait_for_report(const struct loop *loop, struct text *ret_report)
{
	const struct timespec pause = { 0, 200000 };

	for (unsigned i = 0; i < SECONDS_MAX * 5000; i++) {
		if (access(loop->opt.report, F_OK) == 0) {
			read_text(loop->opt.report, ret_report);
			return true;
		}
		(void)nanosleep(&pause, NULL);
	}
	return false;
}

static void wake(int sig)
{
	(void)sig;
}

static void empty(const struct options *opt)
{
	for (size_t i = 0; i < opt->cold_count; i++)
		(void)each_in(opt->cold[i], true, true);
}

static bool run(struct loop *loop, const char *fault, struct seen *seen)
{
	const struct options *opt = &loop->opt;
	char err_path[80];
	int status, err;
	pid_t pid;

	(void)snprintf(err_path, sizeof(err_path), "%s.err", opt->report);
	(void)unlink(opt->report);
	if (opt->record != NULL)
		(void)unlink(opt->record);
	err = open(err_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	(void)alarm(SECONDS_MAX);
	pid = fork();
	if (pid == 0)
		become(loop, fault, err);
	(void)close(err);
	if (waitpid(pid, &status, 0) != pid || !wait_for_report(loop, &seen->report))
		return false;
	(void)alarm(0);
	seen->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	read_text(opt->file, &seen->file);
	read_text(opt->record, &seen->record);
	drop_pid(&seen->record);
	read_text(err_path, &seen->said);
	read_log(loop, &seen->logged);
	seen->leftovers = leftovers(opt, false);
	return true;
}

/* --- judging it --- */

static void problem(struct loop *loop, const char *about, const char *what)
{
	loop->problems++;
	if (loop->problems < 40)
		(void)printf("# %s: %s: %s (exit code %d) %s\n", loop->opt.name, about, what,
			     loop->now.code, loop->now.said.bytes);
	(void)fflush(stdout);
}

static bool was_started(const struct loop *loop, const struct seen *seen)
{
	return loop->opt.record != NULL ? seen->record.len >= 0 : seen->code == loop->opt.passes;
}

static bool is_confined(const struct loop *loop, const struct text *file)
{
	return same(file, &loop->first.file) ||
	       (loop->as_good.len >= 0 && same(file, &loop->as_good));
}

static void check_start(struct loop *loop, const char *about)
{
	const struct seen *now = &loop->now, *first = &loop->first;

	if (!was_started(loop, first))
		problem(loop, about, "a container was started that must not be");
	if (!is_confined(loop, &now->file))
		problem(loop, about, "started with a file that is not confined");
	if (!same(&now->record, &first->record))
		problem(loop, about, "started with other words, environment or descriptors");
	if (now->code != loop->opt.passes)
		problem(loop, about, "started, with another exit code");
}

/* One line of WHO's, behind which nothing comes. That its log failed may stand before. */
static bool is_sentence(const struct text *said, const char *who)
{
	const char *line = said->bytes, *end;
	size_t n = strlen(who);

	if (strstr(line, ": cannot write to the log file\n") != NULL)
		line = strchr(line, '\n') + 1;
	end = strchr(line, '\n');
	return said->len > 0 && end != NULL && end[1] == '\0' && strncmp(line, who, n) == 0 &&
	       strncmp(line + n, ": ", 2) == 0;
}

/* A refusal that says why. */
static enum outcome outcome_of(const struct loop *loop)
{
	const struct seen *now = &loop->now;
	int code = now->code - loop->opt.base;

	if (was_started(loop, now))
		return OUTCOME_STARTS;
	if (now->code == loop->opt.killed && loop->opt.killed != 0)
		return now->logged.len > 0 ? OUTCOME_REFUSED : OUTCOME_SILENT;
	if (code < 1 || code > 4)
		return OUTCOME_DIES;
	return is_sentence(&now->said, loop->opt.who) ? OUTCOME_REFUSED : OUTCOME_SILENT;
}

static void check_outcome(struct loop *loop, const char *about, const char *call,
			  const char *fault, const char *where)
{
	static const char *const sentences[] = {
		"",
		"the container starts, and no reason is listed",
		"it is refused without one line that says why",
		"it dies of a signal, or exits with no code of ours",
	};
	enum outcome got = outcome_of(loop);

	if (got == OUTCOME_REFUSED) {
		loop->refused++;
		return;
	}
	if (got == OUTCOME_STARTS)
		loop->started++;
	else
		loop->dead++;
	if (!list_find(&loop->list, loop->opt.name, call, fault, where, got))
		problem(loop, about, sentences[got]);
}

static void check_state(struct loop *loop, const char *about, bool is_kill)
{
	const struct seen *now = &loop->now;

	if (!same(&now->file, &loop->original) && !is_confined(loop, &now->file))
		problem(loop, about, "the file is neither the old nor the new one");
	if (loop->opt.never != NULL && access(loop->opt.never, F_OK) == 0) {
		problem(loop, about, "the workload ran unconfined");
		(void)unlink(loop->opt.never);
	}
	if (was_started(loop, now))
		check_start(loop, about);
	if (now->leftovers > (is_kill ? 1u : 0u))
		problem(loop, about, "files stay behind");
}

/* As if nothing had been: what is there now must not make the next one fail. */
static void check_next(struct loop *loop, const char *about)
{
	unsigned before = loop->now.leftovers;

	if (!run(loop, "none", &loop->now)) {
		problem(loop, about, "the next one hangs");
		return;
	}
	if (loop->now.code != loop->first.code || !is_confined(loop, &loop->now.file) ||
	    !same(&loop->now.record, &loop->first.record))
		problem(loop, about, "the next one does not work");
	if (loop->now.leftovers > before)
		problem(loop, about, "the next one leaves a file");
	(void)leftovers(&loop->opt, true);
}

/* "fired NUMBER WHERE" */
static bool split_report(struct text *report, long *ret_number, char **ret_where)
{
	if (strncmp(report->bytes, "fired ", 6) != 0)
		return false;
	report->bytes[strcspn(report->bytes, "\n")] = '\0';
	*ret_number = strtol(report->bytes + 6, ret_where, 10);
	*ret_where += **ret_where == ' ';
	return true;
}

/* `expected`: the call's number in the first run. Another one took its place: not judged. */
static void attempt(struct loop *loop, unsigned call, long expected, const struct fault *fault,
		    bool is_kill)
{
	char word[80], about[400], name[64], *where;
	long number;

	(void)snprintf(word, sizeof(word), "%u:%s", call, fault->word);
	restore(loop);
	empty(&loop->opt);
	if (!run(loop, word, &loop->now)) {
		(void)printf("# %s: hangs: %s\n", loop->opt.name, word);
		exit(1);
	}
	if (!split_report(&loop->now.report, &number, &where)) {
		/* a call more or less, as when a signal comes: the last ones may not be reached */
		if (call + 8 < loop->calls)
			problem(loop, word, "the call is not reached");
		return;
	}
	(void)snprintf(name, sizeof(name), "%s", call_name(number));
	(void)snprintf(about, sizeof(about), "%s(%.200s) [%u] %s", name, where, call, fault->name);
	check_state(loop, about, is_kill);
	if (!is_kill && number == expected)
		check_outcome(loop, about, name, fault->name, where);
	if (loop->now.leftovers > 0 || (is_kill && loop->opt.file != NULL) ||
	    loop->opt.cold_count > 0)
		check_next(loop, about);
}

static void all_kills(struct loop *loop, unsigned call)
{
	char victims[64], *rest = NULL;

	(void)snprintf(victims, sizeof(victims), "%s", loop->opt.victims);
	for (char *victim = strtok_r(victims, ",", &rest); victim != NULL;
	     victim = strtok_r(NULL, ",", &rest)) {
		/* after one call is before the next, to who only looks on */
		for (int after = 0; after < (strcmp(victim, "self") == 0 ? 2 : 1); after++) {
			struct fault fault;

			(void)snprintf(fault.word, sizeof(fault.word), "%s:%.16s",
				       after ? "after" : "before", victim);
			(void)snprintf(fault.name, sizeof(fault.name), "kill %.16s", victim);
			attempt(loop, call, 0, &fault, true);
			loop->kills++;
		}
	}
}

/* One line of the first run's report. */
static void all_faults(struct loop *loop, unsigned call, char *line)
{
	const char *kinds = loop->opt.kinds;
	struct fault faults[FAULTS_MAX];
	char *where;
	long number = strtol(line, &where, 10);
	size_t n = faults_of(number, where + (*where == ' '), faults);
	size_t most = (size_t)loop->opt.most;

	for (size_t i = 0; i < n && i < most && strcmp(kinds, "kills") != 0; i++) {
		attempt(loop, call, number, &faults[(call * most + i) % n], false);
		loop->errors++;
	}
	if (strcmp(kinds, "errors") != 0)
		all_kills(loop, call);
}

static void write_used(const struct loop *loop)
{
	FILE *out = loop->opt.used != NULL ? fopen(loop->opt.used, "ae") : NULL;

	for (size_t i = 0; out != NULL && i < loop->list.count; i++) {
		if (loop->list.items[i].was_used)
			(void)fprintf(out, "%zu\n", i + 1);
	}
	if (out != NULL)
		(void)fclose(out);
}

static bool parse(int argc, char **argv, struct options *opt)
{
	int c;

	*opt = (struct options){ .step = 1, .most = FAULTS_MAX, .victims = (char *)(size_t) "self", .kinds = "all" };
	while ((c = getopt(argc, argv, "n:i:u:f:r:d:c:p:b:q:w:x:k:o:s:R:m:a:")) != -1) {
		switch (c) {
		case 'n': opt->name = optarg; break;
		case 'i': opt->list = optarg; break;
		case 'u': opt->used = optarg; break;
		case 'f': opt->file = optarg; break;
		case 'r': opt->record = optarg; break;
		case 'd': opt->dirs[opt->dir_count++ % DIRS_MAX] = optarg; break;
		case 'c': opt->cold[opt->cold_count++ % DIRS_MAX] = optarg; break;
		case 'p': opt->passes = (int)strtol(optarg, NULL, 10); break;
		case 'b': opt->base = (int)strtol(optarg, NULL, 10); break;
		case 'q': opt->killed = (int)strtol(optarg, NULL, 10); break;
		case 'w': opt->who = optarg; break;
		case 'x': opt->never = optarg; break;
		case 'k': opt->victims = optarg; break;
		case 'o': opt->kinds = optarg; break;
		case 's': opt->step = (int)strtol(optarg, NULL, 10); break;
		case 'm': opt->most = (int)strtol(optarg, NULL, 10); break;
		case 'a': opt->as_good = optarg; break;
		case 'R': opt->root = optarg; break;
		default: return false;
		}
	}
	opt->command = argv + optind;
	return opt->name != NULL && opt->list != NULL && opt->who != NULL && opt->step > 0 && opt->most > 0 &&
	       optind < argc;
}

int main(int argc, char **argv)
{
	static struct loop loop;
	static struct text calls;
	struct stat about;
	char *rest = NULL;

	if (!parse(argc, argv, &loop.opt) || !list_read(loop.opt.list, &loop.list))
		return 2;
	if (loop.opt.file != NULL && stat(loop.opt.file, &about) == 0)
		loop.mode = about.st_mode & 07777;
	read_text(loop.opt.file, &loop.original);
	read_text(loop.opt.as_good, &loop.as_good);
	/* the same name in a root of its own, where it is the working directory */
	(void)snprintf(loop.opt.report, sizeof(loop.opt.report), "report.%d", (int)getpid());
	if (loop.opt.root != NULL && chdir(loop.opt.root) != 0)
		return 2;
	open_log(&loop);
	(void)sigaction(SIGALRM, &(struct sigaction){ .sa_handler = wake }, NULL);
	empty(&loop.opt);
	if (!run(&loop, "none", &loop.first))
		return 2;
	(void)printf("# %s: undisturbed: exit code %d, %s\n", loop.opt.name, loop.first.code,
		     was_started(&loop, &loop.first) ? "started" : "refused");
	calls = loop.first.report;
	for (const char *at = calls.bytes; (at = strchr(at, '\n')) != NULL; at++)
		loop.calls++;
	for (char *line = strtok_r(calls.bytes, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		static unsigned call;

		if (call++ % (unsigned)loop.opt.step == 0)
			all_faults(&loop, call, line);
	}
	restore(&loop);
	write_used(&loop);
	(void)printf("summary %s calls=%u errors=%u kills=%u refused=%u started=%u dead=%u "
		     "problems=%u\n",
		     loop.opt.name, loop.calls, loop.errors, loop.kills, loop.refused, loop.started,
		     loop.dead, loop.problems);
	return loop.problems == 0 && loop.calls > 0 ? 0 : 1;
}
