package dev.rill.abi;

/// Names and meanings behind [Errno], loaded by the first message that needs them.
final class ErrnoTable {

    // number, name, meaning; Errno has the same numbers as constants and a test compares both.
    private static final String TABLE = """
        1 EPERM operation not permitted
        2 ENOENT no such file or directory
        3 ESRCH no such process
        4 EINTR interrupted by a signal
        5 EIO input/output error
        6 ENXIO no such device or address
        7 E2BIG argument list too long
        8 ENOEXEC not an executable format
        9 EBADF bad file descriptor
        10 ECHILD no child processes
        11 EAGAIN try again, it would have to wait
        12 ENOMEM out of memory, or above the limit of locked memory
        13 EACCES permission denied
        14 EFAULT bad address
        15 ENOTBLK block device required
        16 EBUSY device or resource busy
        17 EEXIST already exists
        18 EXDEV link across devices
        19 ENODEV no such device
        20 ENOTDIR not a directory
        21 EISDIR is a directory
        22 EINVAL invalid argument
        23 ENFILE too many open files in the system
        24 EMFILE too many open files in this process
        25 ENOTTY not a terminal, or no such device command
        26 ETXTBSY program file busy
        27 EFBIG file too large
        28 ENOSPC no space left on device
        29 ESPIPE cannot seek
        30 EROFS read-only file system
        31 EMLINK too many links
        32 EPIPE broken pipe, the other side is closed
        33 EDOM argument outside the function's domain
        34 ERANGE result out of range
        35 EDEADLK would deadlock
        36 ENAMETOOLONG file name too long
        37 ENOLCK no locks available
        38 ENOSYS function not implemented
        39 ENOTEMPTY directory not empty
        40 ELOOP too many symbolic links
        42 ENOMSG no message of the desired type
        43 EIDRM identifier removed
        44 ECHRNG channel number out of range
        45 EL2NSYNC level 2 not synchronized
        46 EL3HLT level 3 halted
        47 EL3RST level 3 reset
        48 ELNRNG link number out of range
        49 EUNATCH protocol driver not attached
        50 ENOCSI no CSI structure available
        51 EL2HLT level 2 halted
        52 EBADE invalid exchange
        53 EBADR invalid request descriptor
        54 EXFULL exchange full
        55 ENOANO no anode
        56 EBADRQC invalid request code
        57 EBADSLT invalid slot
        59 EBFONT bad font file format
        60 ENOSTR not a stream device
        61 ENODATA no data available
        62 ETIME timer expired
        63 ENOSR out of stream resources
        64 ENONET machine is not on the network
        65 ENOPKG package not installed
        66 EREMOTE object is remote
        67 ENOLINK link has been severed
        68 EADV advertise error
        69 ESRMNT srmount error
        70 ECOMM communication error on send
        71 EPROTO protocol error
        72 EMULTIHOP multihop attempted
        73 EDOTDOT RFS specific error
        74 EBADMSG not a data message
        75 EOVERFLOW value too large
        76 ENOTUNIQ name not unique on network
        77 EBADFD file descriptor in bad state
        78 EREMCHG remote address changed
        79 ELIBACC cannot access a needed shared library
        80 ELIBBAD corrupted shared library
        81 ELIBSCN corrupted section in an executable
        82 ELIBMAX too many shared libraries
        83 ELIBEXEC cannot run a shared library
        84 EILSEQ illegal byte sequence
        85 ERESTART interrupted call should be restarted
        86 ESTRPIPE stream pipe error
        87 EUSERS too many users
        88 ENOTSOCK not a socket
        89 EDESTADDRREQ destination address required
        90 EMSGSIZE message too long
        91 EPROTOTYPE wrong protocol for this socket
        92 ENOPROTOOPT no such protocol option
        93 EPROTONOSUPPORT protocol not supported
        94 ESOCKTNOSUPPORT socket type not supported
        95 EOPNOTSUPP operation not supported
        96 EPFNOSUPPORT protocol family not supported
        97 EAFNOSUPPORT address family not supported
        98 EADDRINUSE address already in use
        99 EADDRNOTAVAIL address not available
        100 ENETDOWN network is down
        101 ENETUNREACH network is unreachable
        102 ENETRESET network dropped the connection on reset
        103 ECONNABORTED connection aborted
        104 ECONNRESET connection reset by the other side
        105 ENOBUFS no buffer space available
        106 EISCONN already connected
        107 ENOTCONN not connected
        108 ESHUTDOWN cannot send after shutdown
        109 ETOOMANYREFS too many references
        110 ETIMEDOUT connection timed out
        111 ECONNREFUSED connection refused
        112 EHOSTDOWN host is down
        113 EHOSTUNREACH no route to host
        114 EALREADY already in progress, or past cancelling
        115 EINPROGRESS now in progress
        116 ESTALE stale file handle
        117 EUCLEAN structure needs cleaning
        118 ENOTNAM not a named type file
        119 ENAVAIL no semaphores available
        120 EISNAM is a named type file
        121 EREMOTEIO remote input/output error
        122 EDQUOT quota exceeded
        123 ENOMEDIUM no medium found
        124 EMEDIUMTYPE wrong medium type
        125 ECANCELED cancelled
        126 ENOKEY required key not available
        127 EKEYEXPIRED key has expired
        128 EKEYREVOKED key has been revoked
        129 EKEYREJECTED key was rejected
        130 EOWNERDEAD owner died
        131 ENOTRECOVERABLE state not recoverable
        132 ERFKILL blocked by a radio switch
        133 EHWPOISON memory page has a hardware error
        """;

    private static final String[] NAMES = new String[134];
    private static final String[] MEANINGS = new String[134];

    static {
        TABLE.lines().forEach(line -> {
            String[] parts = line.split(" ", 3);
            int number = Integer.parseInt(parts[0]);
            NAMES[number] = parts[1];
            MEANINGS[number] = parts[2];
        });
    }

    private ErrnoTable() {
    }

    static String name(int errno) {
        return isKnown(errno) ? NAMES[errno] : "errno " + errno;
    }

    static String describe(int errno) {
        return isKnown(errno)
            ? NAMES[errno] + " (" + errno + "): " + MEANINGS[errno]
            : "errno " + errno + ": unknown to this version of Rill";
    }

    private static boolean isKnown(int errno) {
        return errno >= 0 && errno < NAMES.length && NAMES[errno] != null;
    }
}
