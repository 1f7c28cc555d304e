package dev.rill.scenario;

import static dev.rill.abi.SocketOpFlags.IORING_RECV_MULTISHOT;

import dev.rill.abi.CancelFlags;
import dev.rill.abi.MsgFlags;
import dev.rill.abi.Opcode;
import dev.rill.abi.SockaddrIn;
import dev.rill.abi.SocketOpFlags;
import dev.rill.abi.SqeFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/// Reads a request: the opcode in small letters, its endpoint, then fields and flags in any order.
final class RequestParser {

    private static final int OPCODES = 65;
    private static final Map<String, Integer> VERBS = verbs();
    private static final Map<String, Integer> SQE_FLAGS = bits(8, SqeFlags::decode);
    private static final Map<String, Integer> TRANSFER_FLAGS =
            bits(6, SocketOpFlags::decodeTransfer);
    private static final Map<String, Integer> ACCEPT_FLAGS = bits(3, SocketOpFlags::decodeAccept);
    private static final Map<String, Integer> MESSAGE_FLAGS = bits(31, MsgFlags::decode);
    private static final Map<String, Integer> CANCEL_FLAGS = bits(6, CancelFlags::decode);

    private final Words words;
    private final Scope scope;
    private final Request request = new Request();
    private boolean selectSaid;
    private boolean groupSaid;
    private boolean offsetSaid;

    private RequestParser(Words words, Scope scope) {
        this.words = words;
        this.scope = scope;
    }

    /// Whether a line that begins so is a request.
    static boolean isVerb(String verb) {
        return VERBS.containsKey(verb);
    }

    static Step parse(String verb, Words words, Scope scope) {
        String name = verb.equals("op") ? words.word("an opcode such as recv") : verb;
        Integer opcode = VERBS.get(name);
        if (opcode == null) {
            throw words.wrong("there is no opcode '" + name + "'");
        }
        RequestParser parser = new RequestParser(words, scope);
        parser.request.opcode = opcode;
        if (words.at(Token.Kind.WORD) && parser.meansEndpoint(words.peek().replace("'", ""))) {
            parser.request.endpoint = scope.endpoint(words);
        }
        while (!words.atEnd() && !words.at("=>")) {
            parser.readWord();
        }
        return parser.finish();
    }

    /// What is in capitals and no flag is taken for a name, so that a misspelt one is called so.
    private boolean meansEndpoint(String word) {
        String first = word.split("\\|")[0];
        return scope.isEndpoint(word) || Character.isUpperCase(word.charAt(0))
                && !SQE_FLAGS.containsKey(first) && !TRANSFER_FLAGS.containsKey(first)
                && !MESSAGE_FLAGS.containsKey(first) && !CANCEL_FLAGS.containsKey(first);
    }

    private void readWord() {
        String word = words.word("a field such as 'len', a flag such as MULTISHOT, or '=>'");
        if (Character.isUpperCase(word.charAt(0))) {
            readFlag(word);
            return;
        }
        switch (word) {
            case "len" -> request.length = words.integer("a length");
            case "offset", "addr2" -> {
                request.offset = words.number("an offset");
                offsetSaid = true;
            }
            case "addr" -> request.address = Address.parse(words);
            case "optlen", "file_index" -> request.optlen = words.integer("a number");
            case "ioprio" -> request.ioprio |= words.integer("option bits");
            case "op_flags" -> request.opFlags |= words.integer("flags");
            case "sqe_flags" -> request.sqeFlags |= words.integer("flags");
            case "buf_index" -> request.bufIndex = words.integer("an index", 0, 65535);
            case "fd" -> request.fd = words.integer("a descriptor");
            case "count" -> request.fd = words.integer("a number of buffers");
            case "bid" -> request.offset = words.number("a bid");
            case "group" -> {
                request.bgid = Scope.groupNumber(words);
                groupSaid = true;
            }
            case "select" -> {
                request.select = true;
                selectSaid = true;
            }
            case "noselect" -> selectSaid = true;
            default -> readStructure(word);
        }
    }

    private void readStructure(String word) {
        switch (word) {
            case "iov" -> request.iovecs = readLengths();
            case "namelen" -> request.namelen = words.size("a length");
            case "controllen" -> request.controllen = words.size("a length");
            case "to" -> request.to = scope.listener(words);
            case "nanos" -> request.nanos = words.number("nanoseconds");
            case "target" -> {
                if (words.at(Token.Kind.NUMBER)) {
                    request.address = Address.absolute(words.number("user data"));
                } else {
                    request.victim = scope.label(words, words.word("the name of a request"));
                }
            }
            case "as" -> {
                request.label = words.any("a name for the request");
                scope.declareLabel(request.label);
            }
            default -> throw words.wrong("expected a field (len, offset, addr, addr2, optlen,"
                    + " ioprio, op_flags, sqe_flags, fd, count, bid, file_index, buf_index, group,"
                    + " select, noselect, iov, namelen, controllen, nanos, target, to, as) or a"
                    + " flag in capitals, found '" + word + "'");
        }
    }

    /// `none`, or lengths with commas between.
    private List<Integer> readLengths() {
        List<Integer> lengths = new ArrayList<>();
        if (words.accept("none")) {
            return lengths;
        }
        do {
            lengths.add(words.size("the length of an iovec, or 'none'"));
        } while (words.accept(","));
        return lengths;
    }

    private void readFlag(String names) {
        for (String name : names.split("\\|")) {
            if (isCancel() && CANCEL_FLAGS.containsKey(name)) {
                request.opFlags |= CANCEL_FLAGS.get(name);
            } else if (isAccept() && ACCEPT_FLAGS.containsKey(name)) {
                request.ioprio |= ACCEPT_FLAGS.get(name);
            } else if (SQE_FLAGS.containsKey(name)) {
                request.sqeFlags |= SQE_FLAGS.get(name);
            } else if (TRANSFER_FLAGS.containsKey(name)) {
                request.ioprio |= TRANSFER_FLAGS.get(name);
            } else if (MESSAGE_FLAGS.containsKey(name)) {
                request.opFlags |= MESSAGE_FLAGS.get(name);
            } else {
                throw words.wrong("expected a flag: of the request " + SQE_FLAGS.keySet()
                        + ", of a transfer " + TRANSFER_FLAGS.keySet() + ", of a message "
                        + MESSAGE_FLAGS.keySet() + (isCancel() ? ", of a cancel "
                                + CANCEL_FLAGS.keySet() : "") + "; '" + name + "' is none");
            }
        }
    }

    private Step finish() {
        boolean timed = request.opcode == Opcode.IORING_OP_TIMEOUT
                || request.opcode == Opcode.IORING_OP_LINK_TIMEOUT;
        if (timed && request.nanos < 0) {
            throw words.wrong("expected 'nanos' and a number: a timeout has a time");
        }
        if (needsEndpoint() && request.endpoint == null && request.fd == -1) {
            throw words.wrong("expected the name of a socket, pipe or file after the opcode, or"
                    + " 'fd' and a number");
        }
        if (request.to != null && request.opcode != Opcode.IORING_OP_CONNECT) {
            throw words.wrong("only 'connect' goes to a listener");
        }
        boolean buffers = request.opcode == Opcode.IORING_OP_PROVIDE_BUFFERS
                || request.opcode == Opcode.IORING_OP_REMOVE_BUFFERS;
        if (!selectSaid) {
            request.select = selectsByDefault() && (groupSaid || scope.hasGroup());
        }
        if ((request.select || buffers) && !groupSaid) {
            request.bgid = scope.onlyGroup(words);
        }
        if (buffers) {
            scope.declareGroup(request.bgid);
        }
        if (!offsetSaid && readsAtPosition()) {
            request.offset = -1;
        } else if (!offsetSaid && takesAddress()) {
            request.offset = SockaddrIn.SIZE;
        }
        scope.ringUsed = true;
        return new Step.Submit(request);
    }

    private boolean isCancel() {
        return request.opcode == Opcode.IORING_OP_ASYNC_CANCEL;
    }

    private boolean isAccept() {
        return request.opcode == Opcode.IORING_OP_ACCEPT;
    }

    private boolean selectsByDefault() {
        return switch (request.opcode) {
            case Opcode.IORING_OP_READ, Opcode.IORING_OP_READV, Opcode.IORING_OP_READ_MULTISHOT,
                    Opcode.IORING_OP_RECV, Opcode.IORING_OP_RECVMSG, Opcode.IORING_OP_SEND -> true;
            default -> false;
        };
    }

    private boolean readsAtPosition() {
        return switch (request.opcode) {
            case Opcode.IORING_OP_READ, Opcode.IORING_OP_READV, Opcode.IORING_OP_READ_MULTISHOT,
                    Opcode.IORING_OP_WRITE, Opcode.IORING_OP_WRITEV -> true;
            default -> false;
        };
    }

    private boolean takesAddress() {
        return request.to != null || request.opcode == Opcode.IORING_OP_BIND;
    }

    private boolean needsEndpoint() {
        return selectsByDefault() || request.ioprio == IORING_RECV_MULTISHOT || isAccept();
    }

    private static Map<String, Integer> verbs() {
        Map<String, Integer> verbs = new HashMap<>();
        for (int opcode = 0; opcode < OPCODES; opcode++) {
            verbs.put(Opcode.name(opcode).toLowerCase(Locale.ROOT), opcode);
        }
        verbs.put("provide", Opcode.IORING_OP_PROVIDE_BUFFERS);
        verbs.put("remove", Opcode.IORING_OP_REMOVE_BUFFERS);
        verbs.put("cancel", Opcode.IORING_OP_ASYNC_CANCEL);
        return verbs;
    }

    /// Names of single bits, as the ABI prints them.
    private static Map<String, Integer> bits(int count, IntFunction<String> decode) {
        Map<String, Integer> bits = new java.util.LinkedHashMap<>();
        for (int bit = 0; bit < count; bit++) {
            String name = decode.apply(1 << bit);
            if (!name.startsWith("0x") && !name.equals("0")) {
                bits.put(name, 1 << bit);
            }
        }
        return bits;
    }
}
