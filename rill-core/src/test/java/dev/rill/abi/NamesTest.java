package dev.rill.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What messages and traces call a number is what the constant of that number is called.
final class NamesTest {

    private static final Set<String> ERRNO_ALIASES = Set.of("EWOULDBLOCK", "EDEADLOCK", "ENOTSUP");

    @Test
    void everyOpcodeIsNamedLikeItsConstant() throws IllegalAccessException {
        for (Field field : fields("Opcode.")) {
            assertThat("IORING_OP_" + Opcode.name(field.getInt(null))).isEqualTo(field.getName());
        }
        assertThat(Opcode.name(27)).isEqualTo("RECV");
        assertThat(Opcode.name(99)).isEqualTo("OP_99");
        assertThat(Opcode.name(-1)).isEqualTo("OP_-1");
    }

    @Test
    void everyRegisterOpcodeIsNamedLikeItsConstant() throws IllegalAccessException {
        for (Field field : fields("RegisterOp.")) {
            int value = field.getInt(null);
            if (field.getName().matches("IORING_(UN)?REGISTER_(?!USE_|FILES_SKIP).*")) {
                String name = RegisterOp.name(value);
                assertThat(field.getName()).isEqualTo(
                    (name.startsWith("UNREGISTER_") ? "IORING_" : "IORING_REGISTER_") + name);
            }
        }
        assertThat(RegisterOp.name(RegisterOp.IORING_REGISTER_USE_REGISTERED_RING
            | RegisterOp.IORING_REGISTER_PBUF_RING)).isEqualTo("PBUF_RING");
        assertThat(RegisterOp.name(99)).isEqualTo("REGISTER_99");
    }

    @Test
    void everyErrorIsNamedLikeItsConstantWithEitherSign() throws IllegalAccessException {
        for (Field field : fields("Errno.")) {
            if (!ERRNO_ALIASES.contains(field.getName())) {
                int value = field.getInt(null);
                assertThat(Errno.name(value)).isEqualTo(field.getName());
                assertThat(Errno.name(-value)).isEqualTo(field.getName());
                assertThat(Errno.describe(value))
                    .startsWith(field.getName() + " (" + value + "): ");
            }
        }
    }

    @Test
    void anErrorIsDescribedByNameNumberAndMeaning() {
        assertThat(Errno.describe(-105)).isEqualTo("ENOBUFS (105): no buffer space available");
        assertThat(Errno.name(0)).isEqualTo("errno 0");
        assertThat(Errno.name(41)).isEqualTo("errno 41");
        assertThat(Errno.name(-999)).isEqualTo("errno 999");
        assertThat(Errno.name(Integer.MIN_VALUE)).isEqualTo("errno -2147483648");
    }

    @Test
    void everyFlagIsNamedLikeItsConstant() throws IllegalAccessException {
        for (Field field : fields("SetupFlags.")) {
            assertThat("IORING_SETUP_" + SetupFlags.decode(field.getInt(null)))
                .isEqualTo(field.getName());
        }
        for (Field field : fields("FeatureFlags.")) {
            assertThat("IORING_FEAT_" + FeatureFlags.decode(field.getInt(null)))
                .isEqualTo(field.getName());
        }
        for (Field field : fields("EnterFlags.")) {
            assertThat("IORING_ENTER_" + EnterFlags.decode(field.getInt(null)))
                .isEqualTo(field.getName());
        }
        for (Field field : fields("SqeFlags.")) {
            assertThat("IOSQE_" + SqeFlags.decode(field.getInt(null)))
                .isEqualTo(field.getName());
        }
        for (Field field : fields("MsgFlags.")) {
            assertThat("MSG_" + MsgFlags.decode(field.getInt(null))).isEqualTo(field.getName());
        }
        for (Field field : fields("CancelFlags.")) {
            assertThat("IORING_ASYNC_CANCEL_" + CancelFlags.decode(field.getInt(null)))
                .isEqualTo(field.getName());
        }
        for (Field field : fields("BufferRingFlags.")) {
            assertThat("IOU_PBUF_RING_" + BufferRingFlags.decode(field.getInt(null)))
                .isEqualTo(field.getName());
        }
    }

    @Test
    void socketOptionsShareBitsAndAreNamedByOperation() throws IllegalAccessException {
        for (Field field : fields("SocketOpFlags.")) {
            int value = field.getInt(null);
            boolean accept = field.getName().startsWith("IORING_ACCEPT_");
            if (!field.getName().startsWith("IORING_NOTIF_")) {
                assertThat(field.getName()).endsWith("_" + (accept
                    ? SocketOpFlags.decodeAccept(value) : SocketOpFlags.decodeTransfer(value)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x0, 0",
        "0x1, BUFFER bid 0",
        "0x2, MORE",
        "0x10011, BUFFER|BUF_MORE bid 1",
        "0x10013, BUFFER|MORE|BUF_MORE bid 1",
        "0x30013, BUFFER|MORE|BUF_MORE bid 3",
        "0xffff0001, BUFFER bid 65535",
        "0x80000003, BUFFER|MORE bid 32768",
        "0x4, SOCK_NONEMPTY",
        "0x8, NOTIF",
        "0x8020, SKIP|32",
        "0x42, MORE|0x40",
        "0x10002, MORE|0x10000",
    })
    void completionFlagsAreDecodedWithTheBufferId(String flags, String text) {
        assertThat(CqeFlags.decode((int) (long) Long.decode(flags))).isEqualTo(text);
    }

    @Test
    void theBufferIdIsUnsigned() {
        assertThat(CqeFlags.bufferId(0xffff0001)).isEqualTo(65535);
        assertThat(CqeFlags.bufferId(0x10013)).isEqualTo(1);
    }

    private static Iterable<Field> fields(String prefix) {
        return AbiFiles.constants().entrySet().stream()
            .filter(constant -> constant.getKey().startsWith(prefix))
            .map(Map.Entry::getValue)
            .toList();
    }
}
