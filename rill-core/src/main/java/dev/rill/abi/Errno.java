package dev.rill.abi;

/// Error numbers of Linux (`asm-generic/errno.h`), the same on x86-64 and aarch64. Below the
/// API a failed call or request is the negative of one of these.
public final class Errno {

    /// Operation not permitted.
    public static final int EPERM = 1;
    /// No such file or directory.
    public static final int ENOENT = 2;
    /// No such process.
    public static final int ESRCH = 3;
    /// Interrupted by a signal.
    public static final int EINTR = 4;
    /// Input/output error.
    public static final int EIO = 5;
    /// No such device or address.
    public static final int ENXIO = 6;
    /// Argument list too long.
    public static final int E2BIG = 7;
    /// Not an executable format.
    public static final int ENOEXEC = 8;
    /// Bad file descriptor.
    public static final int EBADF = 9;
    /// No child processes.
    public static final int ECHILD = 10;
    /// Try again, it would have to wait.
    public static final int EAGAIN = 11;
    /// Out of memory, or above the limit of locked memory.
    public static final int ENOMEM = 12;
    /// Permission denied.
    public static final int EACCES = 13;
    /// Bad address.
    public static final int EFAULT = 14;
    /// Block device required.
    public static final int ENOTBLK = 15;
    /// Device or resource busy.
    public static final int EBUSY = 16;
    /// Already exists.
    public static final int EEXIST = 17;
    /// Link across devices.
    public static final int EXDEV = 18;
    /// No such device.
    public static final int ENODEV = 19;
    /// Not a directory.
    public static final int ENOTDIR = 20;
    /// Is a directory.
    public static final int EISDIR = 21;
    /// Invalid argument.
    public static final int EINVAL = 22;
    /// Too many open files in the system.
    public static final int ENFILE = 23;
    /// Too many open files in this process.
    public static final int EMFILE = 24;
    /// Not a terminal, or no such device command.
    public static final int ENOTTY = 25;
    /// Program file busy.
    public static final int ETXTBSY = 26;
    /// File too large.
    public static final int EFBIG = 27;
    /// No space left on device.
    public static final int ENOSPC = 28;
    /// Cannot seek.
    public static final int ESPIPE = 29;
    /// Read-only file system.
    public static final int EROFS = 30;
    /// Too many links.
    public static final int EMLINK = 31;
    /// Broken pipe, the other side is closed.
    public static final int EPIPE = 32;
    /// Argument outside the function's domain.
    public static final int EDOM = 33;
    /// Result out of range.
    public static final int ERANGE = 34;
    /// Would deadlock.
    public static final int EDEADLK = 35;
    /// File name too long.
    public static final int ENAMETOOLONG = 36;
    /// No locks available.
    public static final int ENOLCK = 37;
    /// Function not implemented.
    public static final int ENOSYS = 38;
    /// Directory not empty.
    public static final int ENOTEMPTY = 39;
    /// Too many symbolic links.
    public static final int ELOOP = 40;
    /// No message of the desired type.
    public static final int ENOMSG = 42;
    /// Identifier removed.
    public static final int EIDRM = 43;
    /// Channel number out of range.
    public static final int ECHRNG = 44;
    /// Level 2 not synchronized.
    public static final int EL2NSYNC = 45;
    /// Level 3 halted.
    public static final int EL3HLT = 46;
    /// Level 3 reset.
    public static final int EL3RST = 47;
    /// Link number out of range.
    public static final int ELNRNG = 48;
    /// Protocol driver not attached.
    public static final int EUNATCH = 49;
    /// No CSI structure available.
    public static final int ENOCSI = 50;
    /// Level 2 halted.
    public static final int EL2HLT = 51;
    /// Invalid exchange.
    public static final int EBADE = 52;
    /// Invalid request descriptor.
    public static final int EBADR = 53;
    /// Exchange full.
    public static final int EXFULL = 54;
    /// No anode.
    public static final int ENOANO = 55;
    /// Invalid request code.
    public static final int EBADRQC = 56;
    /// Invalid slot.
    public static final int EBADSLT = 57;
    /// Bad font file format.
    public static final int EBFONT = 59;
    /// Not a stream device.
    public static final int ENOSTR = 60;
    /// No data available.
    public static final int ENODATA = 61;
    /// Timer expired.
    public static final int ETIME = 62;
    /// Out of stream resources.
    public static final int ENOSR = 63;
    /// Machine is not on the network.
    public static final int ENONET = 64;
    /// Package not installed.
    public static final int ENOPKG = 65;
    /// Object is remote.
    public static final int EREMOTE = 66;
    /// Link has been severed.
    public static final int ENOLINK = 67;
    /// Advertise error.
    public static final int EADV = 68;
    /// Srmount error.
    public static final int ESRMNT = 69;
    /// Communication error on send.
    public static final int ECOMM = 70;
    /// Protocol error.
    public static final int EPROTO = 71;
    /// Multihop attempted.
    public static final int EMULTIHOP = 72;
    /// RFS specific error.
    public static final int EDOTDOT = 73;
    /// Not a data message.
    public static final int EBADMSG = 74;
    /// Value too large.
    public static final int EOVERFLOW = 75;
    /// Name not unique on network.
    public static final int ENOTUNIQ = 76;
    /// File descriptor in bad state.
    public static final int EBADFD = 77;
    /// Remote address changed.
    public static final int EREMCHG = 78;
    /// Cannot access a needed shared library.
    public static final int ELIBACC = 79;
    /// Corrupted shared library.
    public static final int ELIBBAD = 80;
    /// Corrupted section in an executable.
    public static final int ELIBSCN = 81;
    /// Too many shared libraries.
    public static final int ELIBMAX = 82;
    /// Cannot run a shared library.
    public static final int ELIBEXEC = 83;
    /// Illegal byte sequence.
    public static final int EILSEQ = 84;
    /// Interrupted call should be restarted.
    public static final int ERESTART = 85;
    /// Stream pipe error.
    public static final int ESTRPIPE = 86;
    /// Too many users.
    public static final int EUSERS = 87;
    /// Not a socket.
    public static final int ENOTSOCK = 88;
    /// Destination address required.
    public static final int EDESTADDRREQ = 89;
    /// Message too long.
    public static final int EMSGSIZE = 90;
    /// Wrong protocol for this socket.
    public static final int EPROTOTYPE = 91;
    /// No such protocol option.
    public static final int ENOPROTOOPT = 92;
    /// Protocol not supported.
    public static final int EPROTONOSUPPORT = 93;
    /// Socket type not supported.
    public static final int ESOCKTNOSUPPORT = 94;
    /// Operation not supported.
    public static final int EOPNOTSUPP = 95;
    /// Protocol family not supported.
    public static final int EPFNOSUPPORT = 96;
    /// Address family not supported.
    public static final int EAFNOSUPPORT = 97;
    /// Address already in use.
    public static final int EADDRINUSE = 98;
    /// Address not available.
    public static final int EADDRNOTAVAIL = 99;
    /// Network is down.
    public static final int ENETDOWN = 100;
    /// Network is unreachable.
    public static final int ENETUNREACH = 101;
    /// Network dropped the connection on reset.
    public static final int ENETRESET = 102;
    /// Connection aborted.
    public static final int ECONNABORTED = 103;
    /// Connection reset by the other side.
    public static final int ECONNRESET = 104;
    /// No buffer space available.
    public static final int ENOBUFS = 105;
    /// Already connected.
    public static final int EISCONN = 106;
    /// Not connected.
    public static final int ENOTCONN = 107;
    /// Cannot send after shutdown.
    public static final int ESHUTDOWN = 108;
    /// Too many references.
    public static final int ETOOMANYREFS = 109;
    /// Connection timed out.
    public static final int ETIMEDOUT = 110;
    /// Connection refused.
    public static final int ECONNREFUSED = 111;
    /// Host is down.
    public static final int EHOSTDOWN = 112;
    /// No route to host.
    public static final int EHOSTUNREACH = 113;
    /// Already in progress, or past cancelling.
    public static final int EALREADY = 114;
    /// Now in progress.
    public static final int EINPROGRESS = 115;
    /// Stale file handle.
    public static final int ESTALE = 116;
    /// Structure needs cleaning.
    public static final int EUCLEAN = 117;
    /// Not a named type file.
    public static final int ENOTNAM = 118;
    /// No semaphores available.
    public static final int ENAVAIL = 119;
    /// Is a named type file.
    public static final int EISNAM = 120;
    /// Remote input/output error.
    public static final int EREMOTEIO = 121;
    /// Quota exceeded.
    public static final int EDQUOT = 122;
    /// No medium found.
    public static final int ENOMEDIUM = 123;
    /// Wrong medium type.
    public static final int EMEDIUMTYPE = 124;
    /// Cancelled.
    public static final int ECANCELED = 125;
    /// Required key not available.
    public static final int ENOKEY = 126;
    /// Key has expired.
    public static final int EKEYEXPIRED = 127;
    /// Key has been revoked.
    public static final int EKEYREVOKED = 128;
    /// Key was rejected.
    public static final int EKEYREJECTED = 129;
    /// Owner died.
    public static final int EOWNERDEAD = 130;
    /// State not recoverable.
    public static final int ENOTRECOVERABLE = 131;
    /// Blocked by a radio switch.
    public static final int ERFKILL = 132;
    /// Memory page has a hardware error.
    public static final int EHWPOISON = 133;
    /// Same number as [#EAGAIN].
    public static final int EWOULDBLOCK = 11;
    /// Same number as [#EDEADLK].
    public static final int EDEADLOCK = 35;
    /// Same number as [#EOPNOTSUPP].
    public static final int ENOTSUP = 95;

    private Errno() {
    }

    /// The error's C name.
    ///
    /// @param errno an error number, or its negative as the kernel answers it
    /// @return for example `"ENOBUFS"`; `"errno 999"` for an unknown number
    public static String name(int errno) {
        return ErrnoTable.name(Math.abs(errno));
    }

    /// The error's name, number and meaning, for messages.
    ///
    /// @param errno an error number, or its negative as the kernel answers it
    /// @return for example `"ENOBUFS (105): no buffer space available"`
    public static String describe(int errno) {
        return ErrnoTable.describe(Math.abs(errno));
    }
}
