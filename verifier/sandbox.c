#include "verifier/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "verifier/system_calls.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
/* Calls above this are of the x32 ABI, in which numbers mean something else. */
#define FOREIGN_ABI_BIT 0x40000000U
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#endif

/* One architecture has the stack in front of the flags. */
#if defined(__s390x__)
#define CLONE_FLAGS_ARGUMENT 1
#else
#define CLONE_FLAGS_ARGUMENT 0
#endif

/* What libc and its name services read (accounts, time zones, their own modules), and libfido2, which looks for tokens in /sys. */
static const char *const system_folders[] = {"/etc", "/usr", "/lib", "/lib64", "/run", "/var/lib/sss", "/proc", "/sys"};
/* Tokens on USB are devices that come and go, so their names cannot be given; which of them may be written to, their owner says. */
static const char *const device_folder = "/dev";

/* ---- capabilities -------------------------------------------------------------------------------------------------------- */

/* A service manager may have dropped them all and forbidden the very call: then there is nothing to do. */
static bool has_capabilities(struct __user_cap_header_struct *header)
{
	struct __user_cap_data_struct held[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, header, held) < 0)
		return true;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (held[i].effective != 0 || held[i].permitted != 0 || held[i].inheritable != 0)
			return true;
	return false;
}

static bool drop_capabilities(struct error *err)
{
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot give up new privileges");
	if (has_capabilities(&header) && syscall(SYS_capset, &header, none) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot give up capabilities");
	return true;
}

/* ---- Landlock ------------------------------------------------------------------------------------------------------------ */

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* Every right of the first version of Landlock: what is handled and not given is denied. */
#define HANDLED                                                                                                        \
	(READING | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |        \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |              \
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static bool allow(int rules, const char *folder, uint64_t access, struct error *err)
{
	struct landlock_path_beneath_attr beneath = {.allowed_access = access};
	int descriptor = open(folder, O_PATH | O_CLOEXEC);
	bool done;

	if (descriptor < 0)
		return errno == ENOENT || errno == EACCES || error_set_errno(err, ERROR_SYSTEM, "%s", folder);
	beneath.parent_fd = descriptor;
	done = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0 ||
	       error_set_errno(err, ERROR_SYSTEM, "cannot keep %s open to us", folder);
	close(descriptor);
	return done;
}

static bool allow_all_reading(int rules, const char *const *folders, size_t num_folders, struct error *err)
{
	for (size_t i = 0; i < num_folders; i++)
		if (!allow(rules, folders[i], READING, err))
			return false;
	return true;
}

static bool restrict_files(const char *const *folders, size_t num_folders, bool *restricted, struct error *err)
{
	const struct landlock_ruleset_attr attributes = {.handled_access_fs = HANDLED};
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	bool done;

	*restricted = false;
	if (rules < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
		return true;
	if (rules < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot make Landlock's rules");
	done = allow_all_reading(rules, system_folders, sizeof(system_folders) / sizeof(system_folders[0]), err) &&
	       allow(rules, device_folder, READING | LANDLOCK_ACCESS_FS_WRITE_FILE, err) &&
	       allow_all_reading(rules, folders, num_folders, err);
	if (done && syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		done = error_set_errno(err, ERROR_SYSTEM, "cannot restrict files");
	close(rules);
	*restricted = done;
	return done;
}

/* ---- seccomp ------------------------------------------------------------------------------------------------------------- */

#ifdef ARCHITECTURE

#define ALLOWED_COUNT (sizeof(allowed_calls) / sizeof(allowed_calls[0]))
#define DEADLY_COUNT (sizeof(deadly_calls) / sizeof(deadly_calls[0]))
/* Two lines a call, and those around them. */
#define FILTER_MAXIMUM (2 * (ALLOWED_COUNT + DEADLY_COUNT) + 32)

struct filter {
	struct sock_filter lines[FILTER_MAXIMUM];
	unsigned short len;
};

/* What does not fit is counted, so that it shows. */
static void add(struct filter *filter, struct sock_filter line)
{
	if (filter->len < FILTER_MAXIMUM)
		filter->lines[filter->len] = line;
	filter->len++;
}

static void add_load(struct filter *filter, uint32_t offset)
{
	add(filter, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

static void add_return(struct filter *filter, uint32_t what)
{
	add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

/* Two lines a call: if it is this one, then that is the answer. */
static void add_answer(struct filter *filter, uint32_t number, uint32_t answer)
{
	add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
	add_return(filter, answer);
}

/* Where the lower half of an argument lies; what the calls below take fits into it. */
#define ARGUMENT(n)                                                                                                    \
	((uint32_t)(offsetof(struct seccomp_data, args) + sizeof(uint64_t) * (n) +                                     \
	            (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)))

/* This call is allowed where a comparison with one argument says so, and else fails. */
static void add_argument_rule(
    struct filter *filter, uint32_t number, uint32_t argument, struct sock_filter allowed_if, uint32_t failure)
{
	add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4));
	add_load(filter, argument);
	add(filter, allowed_if);
	add_return(filter, SECCOMP_RET_ALLOW);
	add_return(filter, SECCOMP_RET_ERRNO | failure);
}

/* In each: true goes on to the allowing line, false skips it. */
static void add_argument_rules(struct filter *filter)
{
	const uint32_t namespaces =
	    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

	add_argument_rule(filter, SYS_socket, ARGUMENT(0),
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1), EAFNOSUPPORT);
	add_argument_rule(filter, SYS_clone, ARGUMENT(CLONE_FLAGS_ARGUMENT),
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, namespaces, 1, 0), EPERM);
}

static void fill_filter(struct filter *filter)
{
	add_load(filter, offsetof(struct seccomp_data, arch));
	add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0));
	add_return(filter, SECCOMP_RET_KILL_PROCESS);
	add_load(filter, offsetof(struct seccomp_data, nr));
#ifdef FOREIGN_ABI_BIT
	add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, FOREIGN_ABI_BIT, 0, 1));
	add_return(filter, SECCOMP_RET_KILL_PROCESS);
#endif
	add_argument_rules(filter);
	for (size_t i = 0; i < ALLOWED_COUNT; i++)
		add_answer(filter, (uint32_t)allowed_calls[i], SECCOMP_RET_ALLOW);
	for (size_t i = 0; i < DEADLY_COUNT; i++)
		add_answer(filter, (uint32_t)deadly_calls[i], SECCOMP_RET_KILL_PROCESS);
	/* libc has another way for a call that a kernel lacks, and so a newer libc still runs. */
	add_return(filter, SECCOMP_RET_ERRNO | ENOSYS);
}

static bool filter_calls(bool *filtered, struct error *err)
{
	struct filter filter = {.len = 0};
	struct sock_fprog program;

	fill_filter(&filter);
	if (filter.len > FILTER_MAXIMUM)
		return error_set(err, ERROR_BUG, "the filter of system calls has no room for itself");
	program = (struct sock_fprog){filter.len, filter.lines};
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return error_set_errno(err, ERROR_SYSTEM, "cannot filter system calls");
	*filtered = true;
	return true;
}

#else

/* Numbers of calls are known for the architectures above. */
static bool filter_calls(bool *filtered, struct error *err)
{
	(void)err;
	*filtered = false;
	return true;
}

#endif

bool sandbox_enter(const char *const *folders, size_t num_folders, struct sandbox_layers *layers, struct error *err)
{
	*layers = (struct sandbox_layers){.landlock = false};
	return drop_capabilities(err) && restrict_files(folders, num_folders, &layers->landlock, err) &&
	       filter_calls(&layers->seccomp, err);
}
