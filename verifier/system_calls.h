/* system_calls.h: the system calls that the verifier needs, as data: its own, and those of libc, SQLite, libcrypto, NSS and PC/SC behind
 * it. A name that an architecture does not have is left out there. One line a group; why a group is here stands in front of it.
 * Knows nothing of filters. */
#ifndef VERIFIER_SYSTEM_CALLS_H
#define VERIFIER_SYSTEM_CALLS_H

#include <sys/syscall.h>

/* One name a line would hide the groups. */
/* clang-format off */
static const int allowed_calls[] = {
/* reading and writing what is open */
#ifdef SYS_poll
    SYS_poll,
    SYS_select,
#endif
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_ppoll, SYS_pselect6, SYS_lseek, SYS_close,
    SYS_close_range, SYS_dup, SYS_dup3, SYS_fcntl, SYS_fsync, SYS_ioctl,
#ifdef SYS_dup2
    SYS_dup2,
#endif
/* finding and looking at files; Landlock says which */
#ifdef SYS_open
    SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_getdents,
#endif
    SYS_openat, SYS_newfstatat, SYS_fstat, SYS_statx, SYS_faccessat, SYS_faccessat2, SYS_readlinkat, SYS_getdents64,
    SYS_getcwd, SYS_fstatfs, SYS_statfs, SYS_fadvise64, SYS_flock, SYS_umask,
    /* memory */
    SYS_mmap, SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk, SYS_mlock, SYS_munlock, SYS_mlock2,
    /* local sockets: clients, the log, pcscd, name services; which families socket() may make, the filter says */
    SYS_socketpair, SYS_connect, SYS_accept, SYS_accept4, SYS_sendto, SYS_recvfrom, SYS_sendmsg, SYS_recvmsg,
    SYS_sendmmsg, SYS_getsockopt, SYS_setsockopt, SYS_getsockname, SYS_getpeername, SYS_shutdown,
/* pipes and events; pcsclite's client uses threads' locks */
#ifdef SYS_pipe
    SYS_pipe,
#endif
    SYS_pipe2, SYS_eventfd2, SYS_signalfd4, SYS_futex, SYS_memfd_create,
    /* signals */
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall, SYS_rt_sigpending,
    /* workers: ended and reaped (which clone() makes them, the filter says); glibc gives each process its own thread's things */
    SYS_wait4, SYS_kill, SYS_tgkill, SYS_exit, SYS_exit_group, SYS_set_robust_list, SYS_rseq,
    SYS_set_tid_address, SYS_prctl, SYS_prlimit64, SYS_sched_yield, SYS_sched_getaffinity, SYS_membarrier,
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
#ifdef SYS_arch_prctl
    SYS_arch_prctl,
#endif
/* who and where one is */
#ifdef SYS_getpgrp
    SYS_getpgrp,
#endif
    SYS_getpid, SYS_getppid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getresuid, SYS_getresgid,
    SYS_getgroups, SYS_uname, SYS_sysinfo, SYS_getrlimit, SYS_getrusage,
/* the clock and chance */
#ifdef SYS_time
    SYS_time, SYS_gettimeofday, SYS_alarm,
#endif
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_setitimer, SYS_getrandom,
};

/* Nobody but an attacker calls these here. */
static const int deadly_calls[] = {
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_bpf, SYS_perf_event_open,
    SYS_userfaultfd, SYS_init_module, SYS_finit_module, SYS_kexec_load, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
    SYS_unshare, SYS_setns, SYS_setuid, SYS_setgid, SYS_setreuid, SYS_setregid, SYS_setresuid, SYS_setresgid,
    SYS_setgroups, SYS_capset, SYS_keyctl, SYS_add_key, SYS_request_key,
};

/* clang-format on */

#endif
