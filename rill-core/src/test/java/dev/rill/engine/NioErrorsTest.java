package dev.rill.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rill.abi.Errno;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Java says in words, in types or not at all what C says with a number.
class NioErrorsTest {

    @ParameterizedTest
    @CsvSource({"Connection reset by peer, ECONNRESET", "Connection reset, ECONNRESET",
        "Broken pipe, EPIPE", "Too many open files, EMFILE",
        "Too many open files in system, ENFILE", "Connection timed out, ETIMEDOUT",
        "Network is unreachable, ENETUNREACH", "Message too long, EMSGSIZE",
        "Can't assign requested address, EADDRNOTAVAIL",
        "Protocol wrong type for socket, EPROTOTYPE",
        "Resource temporarily unavailable, EAGAIN", "No such file or directory, ENOENT"})
    void theTextSaysWhich(String text, String name) {
        assertThat(Errno.name(NioErrors.errno(new SocketException(text), Errno.EIO)))
                .isEqualTo(name);
    }

    /// A Turkish I is another letter when it is small.
    @Test
    void theUsersLanguageDoesNotChangeTheLetters() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.of("tr"));
            assertThat(NioErrors.errno(new SocketException("Invalid argument"), Errno.EIO))
                    .isEqualTo(Errno.EINVAL);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void inAnotherLanguageTheTypeDoes() {
        assertThat(NioErrors.errno(new ConnectException("Verbindungsaufbau abgelehnt"),
                Errno.EIO)).isEqualTo(Errno.ECONNREFUSED);
        assertThat(NioErrors.errno(new NoRouteToHostException("Keine Route"), Errno.EIO))
                .isEqualTo(Errno.EHOSTUNREACH);
        assertThat(NioErrors.errno(new BindException("Die Adresse ist belegt"), Errno.EIO))
                .isEqualTo(Errno.EADDRINUSE);
        assertThat(NioErrors.errno(new ClosedChannelException(), Errno.EIO))
                .isEqualTo(Errno.EPIPE);
    }

    @Test
    void whatNothingTellsIsWhatTheCallUsuallyFailsWith() {
        assertThat(NioErrors.errno(new IOException("Datenübergabe unterbrochen"), Errno.EPIPE))
                .isEqualTo(Errno.EPIPE);
        assertThat(NioErrors.errno(new IOException(), Errno.ECONNRESET))
                .isEqualTo(Errno.ECONNRESET);
    }

    @Test
    void whatJavaThrowsForAddressesIsAnAnswerAndOtherThingsAreMistakes() {
        assertThat(NioErrors.errno(new UnsupportedAddressTypeException()))
                .isEqualTo(Errno.EAFNOSUPPORT);
        IllegalStateException mistake = new IllegalStateException("ours");
        assertThatThrownBy(() -> NioErrors.errno(mistake)).isSameAs(mistake);
    }
}
