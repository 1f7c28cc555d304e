package dev.rill.scenario;

import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_INC;
import static dev.rill.abi.BufferRingFlags.IOU_PBUF_RING_MMAP;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Reads the lines about buffer groups: making them, lending buffers, and looking at them.
final class GroupParser {

    private static final int U16_MAX = 65535;

    private final Words words;
    private final Scope scope;

    GroupParser(Words words, Scope scope) {
        this.words = words;
        this.scope = scope;
    }

    static boolean isVerb(String verb) {
        return switch (verb) {
            case "group", "publish", "stage", "tail", "entry", "return", "register", "unregister",
                    "status", "mmap", "head", "available", "slot", "bytes", "overflow",
                    "msg_flags" -> true;
            default -> false;
        };
    }

    Step step(String verb) {
        return switch (verb) {
            case "group" -> group();
            case "publish", "stage" -> {
                List<BufferSpec> buffers = BufferSpec.parseList(words);
                yield new Step.Publish(scope.optionalGroup(words), buffers,
                        verb.equals("publish"));
            }
            case "return" -> returned();
            case "tail" -> {
                int value = words.integer("a tail", 0, U16_MAX);
                yield new Step.Tail(scope.optionalGroup(words), value);
            }
            case "entry" -> entry();
            case "register" -> register(Registration.Kind.REGISTER);
            case "unregister" -> register(Registration.Kind.UNREGISTER);
            case "status" -> register(Registration.Kind.STATUS);
            case "mmap" -> new Step.Map(words.integer("a buffer group", 0, U16_MAX),
                    words.accept("same") ? Scope.groupNumber(words) : -1);
            case "head" -> {
                int value = words.integer("a head", 0, U16_MAX);
                yield new Step.Head(scope.optionalGroup(words), value);
            }
            case "available" -> {
                int value = words.integer("a number of buffers", 0, U16_MAX);
                yield new Step.Available(scope.optionalGroup(words), value);
            }
            case "slot" -> slot();
            case "bytes" -> bytes();
            case "overflow" -> new Step.Overflow(yesOrNo());
            default -> new Step.MessageFlags(words.integer("MSG_* flags"));
        };
    }

    /// `group 7 INC/4 mmap min_left 64 {100#1}`; the number may be left out.
    private Step group() {
        scope.ringUsed = true;
        Registration made = new Registration();
        made.bgid = words.at(Token.Kind.NUMBER) ? Scope.groupNumber(words) : Scope.DEFAULT_BGID;
        String kind = words.word("the kind and the entries, such as INC/4 or CL/4");
        if (!kind.matches("(?:INC|CL)/\\d{1,5}")) {
            throw words.wrong("expected INC/ or CL/ and the number of entries, such as INC/4,"
                    + " found '" + kind + "'");
        }
        made.flags = kind.startsWith("INC") ? IOU_PBUF_RING_INC : 0;
        made.entries = Integer.parseInt(kind.substring(kind.indexOf('/') + 1));
        if (Integer.bitCount(made.entries) != 1 || made.entries > 32768) {
            throw words.wrong("expected a power of two up to 32768 as the number of entries,"
                    + " found " + made.entries + "; to see it refused use 'register'");
        }
        int tail = 0;
        int shared = -1;
        while (!words.atEnd() && !words.at("{")) {
            String option = words.word("mmap, min_left, tail, shares or '{'");
            switch (option) {
                case "mmap" -> made.flags |= IOU_PBUF_RING_MMAP;
                case "min_left" -> made.minLeft = words.integer("min_left");
                case "tail" -> tail = words.integer("a tail", 0, U16_MAX);
                case "shares" -> shared = Scope.groupNumber(words);
                default -> throw words.wrong("expected mmap, min_left, tail, shares or '{', found '"
                        + option + "'");
            }
        }
        List<BufferSpec> buffers = words.at("{") ? BufferSpec.parseList(words) : List.of();
        scope.declareGroup(made.bgid);
        return new Step.OpenGroup(made, tail, shared, buffers);
    }

    private Step returned() {
        List<Integer> bids = new ArrayList<>();
        do {
            words.require("#");
            bids.add(words.integer("a bid", 0, U16_MAX));
        } while (words.at("#"));
        return new Step.Return(scope.optionalGroup(words), bids);
    }

    private Step entry() {
        int index = words.integer("the index of an entry", 0, U16_MAX);
        BufferSpec buffer = null;
        if (words.at("{")) {
            List<BufferSpec> list = BufferSpec.parseList(words);
            if (list.size() != 1 || list.getFirst().count() != 1) {
                throw words.wrong("expected exactly one buffer for one entry");
            }
            buffer = list.getFirst();
        }
        int reserved = words.accept("resv") ? words.integer("the word", 0, U16_MAX) : -1;
        if (buffer == null && reserved < 0) {
            throw words.expected("a buffer such as {100#1}, or 'resv' and a number");
        }
        return new Step.Entry(scope.optionalGroup(words), index, buffer, reserved);
    }

    private Step slot() {
        int index = words.integer("the index of an entry", 0, U16_MAX);
        words.require("{");
        long offset = words.number("the offset from the start of its buffer");
        words.require(",");
        int length = words.integer("the length left");
        words.require("}");
        int bid = words.accept("#") ? words.integer("a bid", 0, U16_MAX) : -1;
        return new Step.Slot(scope.optionalGroup(words), index, offset, length, bid);
    }

    /// `bytes #1@20 len 15 = A@10`, `bytes #1@0 = u32 16 0 5 0`, `bytes #1@0 len 10 = zero`.
    private Step bytes() {
        words.require("#");
        int bid = words.integer("a bid", 0, U16_MAX);
        long offset = words.accept("@") ? words.size("an offset in the buffer") : 0;
        int length = words.accept("len") ? words.size("a length") : -1;
        words.require("=");
        Step.Source source = words.accept("zero") ? zeros(length) : source(words, scope);
        if (source.literal() != null && length < 0) {
            length = source.literal().length;
        }
        if (length < 0) {
            throw words.expected("'len' and a length before '='");
        }
        return new Step.Bytes(scope.optionalGroup(words), bid, offset, length, source);
    }

    private Step.Source zeros(int length) {
        if (length < 0) {
            throw words.wrong("expected 'len' and a length before '= zero'");
        }
        return new Step.Source(null, -1, -1, 0, new byte[length]);
    }

    /// Bytes by where they come from: `A@10`, `#1@20`, `u32 16 0 5 0`, `u8 1 2 3`.
    static Step.Source source(Words words, Scope scope) {
        if (words.accept("#")) {
            int bid = words.integer("a bid", 0, U16_MAX);
            long offset = words.accept("@") ? words.size("an offset in the buffer") : 0;
            return new Step.Source(null, scope.onlyGroup(words), bid, offset, null);
        }
        if (words.at("u32") || words.at("u8")) {
            int size = words.word("u32 or u8").equals("u32") ? Integer.BYTES : 1;
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            while (words.at(Token.Kind.NUMBER)) {
                byte[] number = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(words.integer("a number")).array();
                bytes.write(number, 0, size);
            }
            return new Step.Source(null, -1, -1, 0, bytes.toByteArray());
        }
        String stream = scope.endpoint(words);
        return new Step.Source(stream, -1, -1,
                words.accept("@") ? words.size("a position in what was fed") : 0, null);
    }

    private boolean yesOrNo() {
        String answer = words.word("yes or no");
        if (!answer.equals("yes") && !answer.equals("no")) {
            throw words.wrong("expected yes or no, found '" + answer + "'");
        }
        return answer.equals("yes");
    }

    /// `register bgid 1 entries 8 MMAP|INC addr memory+16 min_left 1 resv 0 1 on P other_thread`.
    private Step register(Registration.Kind kind) {
        scope.ringUsed = true;
        Registration made = new Registration();
        made.kind = kind;
        made.bgid = Scope.DEFAULT_BGID;
        while (!words.atEnd() && !words.at("=>")) {
            registerOption(made, words.word("bgid, entries, flags, min_left, addr, resv, arg, nr,"
                    + " on, other_thread, or '=>'"));
        }
        if (kind == Registration.Kind.REGISTER) {
            scope.declareGroup(made.bgid);
        }
        return new Step.Register(made);
    }

    private void registerOption(Registration made, String option) {
        switch (option) {
            case "bgid" -> made.bgid = words.integer("a buffer group");
            case "entries" -> made.entries = words.integer("a number of entries");
            case "flags" -> made.flags |= words.integer("flags", 0, U16_MAX);
            case "INC" -> made.flags |= IOU_PBUF_RING_INC;
            case "MMAP" -> made.flags |= IOU_PBUF_RING_MMAP;
            case "INC|MMAP", "MMAP|INC" ->
                made.flags |= IOU_PBUF_RING_INC | IOU_PBUF_RING_MMAP;
            case "min_left" -> made.minLeft = words.integer("min_left");
            case "addr" -> made.address = Address.parse(words);
            case "resv" -> {
                made.reservedIndex = words.integer("the index of a reserved word", 0, 7);
                made.reservedValue = words.integer("its value");
            }
            case "arg" -> made.argument = words.accept("null") ? 0 : words.number("a pointer");
            case "nr" -> made.count = words.integer("a number of arguments");
            case "on" -> {
                if (words.at(Token.Kind.NUMBER)) {
                    made.fd = words.size("a descriptor");
                } else {
                    made.endpoint = scope.endpoint(words);
                }
            }
            case "other_thread" -> made.otherThread = true;
            default -> throw words.wrong("expected bgid, entries, flags, INC, MMAP, min_left, addr,"
                    + " resv, arg, nr, on, other_thread or '=>', found '" + option + "'");
        }
    }
}
