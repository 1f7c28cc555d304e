import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// Asks a web server for a path in HTTP/1.0, closes its half of the connection at once, and prints
/// the body that comes: `HalfClose HOST PORT PATH SECONDS`.
final class HalfClose {

    private HalfClose() {
    }

    public static void main(String[] args) throws IOException {
        try (Socket socket = new Socket(args[0], Integer.parseInt(args[1]))) {
            socket.setSoTimeout(Integer.parseInt(args[3]) * 1000);
            String request = "GET " + args[2] + " HTTP/1.0\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            byte[] answer = socket.getInputStream().readAllBytes();
            int body = indexOfBody(answer);
            System.out.write(answer, body, answer.length - body);
            System.out.flush();
        }
    }

    private static int indexOfBody(byte[] answer) {
        String text = new String(answer, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (!text.startsWith("HTTP/1.1 200 ") || end < 0) {
            throw new IllegalStateException("no good answer, but " + answer.length + " bytes: "
                + text.lines().findFirst().orElse(""));
        }
        return end + 4;
    }
}
