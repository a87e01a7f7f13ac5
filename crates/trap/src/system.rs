//! System calls of an armed thread, caught by the kernel's syscall user dispatch.
//!
//! `prctl(PR_SET_SYSCALL_USER_DISPATCH)` (Linux 5.11; the kernel's `Documentation/admin-guide/syscall-user-dispatch.rst`)
//! makes the kernel read a byte of ours before each system call of this thread. While the byte says *block*, the call is not
//! made; the thread gets SIGSYS instead. The handler counts the call, makes it itself with the byte set to *allow*, puts the
//! result where the caller expects it, and returns. The return from a signal is a system call too, so it is made from a
//! few bytes of code of our own (`RETURN`), whose address range is exempt from the check.

use std::ffi::c_void;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU8;

use crate::ledger;

const PR_SET_SYSCALL_USER_DISPATCH: libc::c_int = 59;
const DISPATCH_OFF: libc::c_ulong = 0;
const DISPATCH_ON: libc::c_ulong = 1;
/// `si_code` of a SIGSYS that dispatch raised (`asm-generic/siginfo.h`).
const SYS_USER_DISPATCH: libc::c_int = 2;
const SA_RESTORER: libc::c_ulong = 0x0400_0000;

// The exact bytes are the ones by which unwinders know a signal frame: `mov $15, %rax; syscall` (15 is rt_sigreturn).
// The leading no-op keeps the address before it out of any other function's unwind table.
std::arch::global_asm!(
    ".pushsection .text.sostenuto_trap_return,\"ax\",@progbits",
    ".balign 16",
    "nop",
    ".globl sostenuto_trap_return",
    ".hidden sostenuto_trap_return",
    ".type sostenuto_trap_return,@function",
    "sostenuto_trap_return:",
    ".byte 0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05",
    "ud2",
    ".size sostenuto_trap_return, . - sostenuto_trap_return",
    ".popsection",
);
/// Length of the exempt range: nine bytes to the end of `syscall`, plus the address after it, at which the kernel looks.
const RETURN_LENGTH: libc::c_ulong = 10;

unsafe extern "C" {
    fn sostenuto_trap_return();
}

/// The kernel's own `struct sigaction` on x86-64, which the C library's differs from.
#[repr(C)]
struct KernelSigaction {
    handler: usize,
    flags: libc::c_ulong,
    restorer: usize,
    mask: u64,
}

/// Whether the kernel offers dispatch and the handler is in place; found out once per process.
pub(crate) fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        static ALLOW: AtomicU8 = AtomicU8::new(0);
        let works = install_handler() && dispatch(DISPATCH_ON, &ALLOW);
        works && dispatch(DISPATCH_OFF, &ALLOW)
    })
}

/// From now on the kernel looks at `selector` before each system call of this thread. Needs the selector to say allow.
pub(crate) fn watch(selector: &AtomicU8) {
    if available() {
        dispatch(DISPATCH_ON, selector);
    }
}

/// Ends [`watch`].
pub(crate) fn unwatch() {
    if available() {
        static UNUSED: AtomicU8 = AtomicU8::new(0);
        dispatch(DISPATCH_OFF, &UNUSED);
    }
}

/// Switches dispatch for this thread. The selector is a thread-local or a static, so it outlives the thread's last call.
fn dispatch(mode: libc::c_ulong, selector: &AtomicU8) -> bool {
    let (start, length, selector) = match mode {
        DISPATCH_ON => {
            (sostenuto_trap_return as *const () as usize as libc::c_ulong, RETURN_LENGTH, selector.as_ptr())
        }
        _ => (0, 0, std::ptr::null_mut()),
    };
    // SAFETY: the kernel only reads the byte at `selector`, which lives as long as dispatch is on for this thread, and an
    // atomic byte may be read at any time.
    unsafe { libc::prctl(PR_SET_SYSCALL_USER_DISPATCH, mode, start, length, selector) == 0 }
}

fn install_handler() -> bool {
    let action = KernelSigaction {
        handler: on_sigsys as *const () as usize,
        flags: libc::SA_SIGINFO as libc::c_ulong | SA_RESTORER,
        restorer: sostenuto_trap_return as *const () as usize,
        mask: 0,
    };
    let none = std::ptr::null_mut::<KernelSigaction>();
    // SAFETY: `action` has the kernel's layout; the last argument is the size of its signal set, 64 bits. The handler keeps
    // to async-signal-safe work, and the restorer is the return from a signal that x86-64 asks for.
    unsafe {
        libc::syscall(libc::SYS_rt_sigaction, libc::SIGSYS, &raw const action, none, size_of::<u64>()) == 0
    }
}

/// The handler. Runs on the thread that made the call, between the call and the instruction after it.
extern "C" fn on_sigsys(_signal: libc::c_int, info: *const libc::siginfo_t, context: *mut c_void) {
    // Ours come only from an armed thread with the byte at *block*; the handler itself may then make calls again.
    ledger::with(|ledger| {
        ledger.excuse();
        // SAFETY: the kernel passes a valid siginfo to a handler installed with SA_SIGINFO.
        let code = unsafe { (*info).si_code };
        if code != SYS_USER_DISPATCH {
            give_up();
        }
        // SAFETY: with SA_SIGINFO the third argument is the interrupted thread's ucontext, ours alone until we return.
        let registers = unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs };
        serve(ledger, registers);
        ledger.resume();
    });
}

/// A SIGSYS of someone else's making (seccomp): not ours to judge, and its default is to end the process.
fn give_up() -> ! {
    // SAFETY: ends the process; async-signal-safe.
    unsafe { libc::_exit(128 + libc::SIGSYS) }
}

/// Counts the call described by `registers` and carries it out.
fn serve(ledger: &ledger::Ledger, registers: &mut [libc::greg_t; 23]) {
    let number = registers[libc::REG_RAX as usize];
    match number {
        // Another signal's handler returns: not this code's doing. Let it return from the exempt range.
        libc::SYS_rt_sigreturn => {
            registers[libc::REG_RIP as usize] = sostenuto_trap_return as *const () as usize as libc::greg_t;
            return;
        }
        libc::SYS_clock_gettime | libc::SYS_gettimeofday | libc::SYS_time => ledger.clock_read(),
        _ => ledger.system_call(number as u32),
    }
    registers[libc::REG_RAX as usize] = match number {
        // A new thread or process would start on this very stack frame, so these are refused.
        libc::SYS_clone3 => -libc::greg_t::from(libc::ENOSYS),
        libc::SYS_clone | libc::SYS_fork | libc::SYS_vfork => -libc::greg_t::from(libc::EAGAIN),
        _ => carry_out(registers),
    };
}

/// Makes the call that the registers describe; the kernel's answer, negative for an error number.
fn carry_out(registers: &[libc::greg_t; 23]) -> libc::greg_t {
    let mut answer = registers[libc::REG_RAX as usize];
    // SAFETY: these are the number and arguments that the interrupted code was about to pass, with the memory they refer to
    // as it left it. `syscall` changes rcx and r11 besides the answer, which the interrupted code expects of it as well.
    unsafe {
        std::arch::asm!(
            "syscall",
            inlateout("rax") answer,
            in("rdi") registers[libc::REG_RDI as usize],
            in("rsi") registers[libc::REG_RSI as usize],
            in("rdx") registers[libc::REG_RDX as usize],
            in("r10") registers[libc::REG_R10 as usize],
            in("r8") registers[libc::REG_R8 as usize],
            in("r9") registers[libc::REG_R9 as usize],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    answer
}

/// The name of a system call one meets in practice, else its number.
pub(crate) fn name(number: u32) -> String {
    const NAMES: [(libc::c_long, &str); 27] = [
        (libc::SYS_read, "read"),
        (libc::SYS_write, "write"),
        (libc::SYS_writev, "writev"),
        (libc::SYS_open, "open"),
        (libc::SYS_openat, "openat"),
        (libc::SYS_close, "close"),
        (libc::SYS_fstat, "fstat"),
        (libc::SYS_poll, "poll"),
        (libc::SYS_mmap, "mmap"),
        (libc::SYS_munmap, "munmap"),
        (libc::SYS_mprotect, "mprotect"),
        (libc::SYS_madvise, "madvise"),
        (libc::SYS_brk, "brk"),
        (libc::SYS_futex, "futex"),
        (libc::SYS_sched_yield, "sched_yield"),
        (libc::SYS_nanosleep, "nanosleep"),
        (libc::SYS_clock_nanosleep, "clock_nanosleep"),
        (libc::SYS_getpid, "getpid"),
        (libc::SYS_gettid, "gettid"),
        (libc::SYS_clone, "clone"),
        (libc::SYS_clone3, "clone3"),
        (libc::SYS_sendto, "sendto"),
        (libc::SYS_recvfrom, "recvfrom"),
        (libc::SYS_socket, "socket"),
        (libc::SYS_getrandom, "getrandom"),
        (libc::SYS_rt_sigprocmask, "rt_sigprocmask"),
        (libc::SYS_ioctl, "ioctl"),
    ];
    match NAMES.iter().find(|(known, _)| *known == libc::c_long::from(number)) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("number {number}"),
    }
}
