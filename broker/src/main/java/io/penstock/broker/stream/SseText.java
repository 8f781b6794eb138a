package io.penstock.broker.stream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Writes server-sent events (HTML standard, section 9.2). */
public final class SseText {

  private static final byte[] DATA = ascii("data: ");
  private static final byte[] END = ascii("\n\n");
  private static final byte[] DONE = ascii("data: [DONE]\n\n");

  private SseText() {}

  /** An event as OpenAI's clients read it. */
  public static byte[] of(StreamEvent event) {
    return switch (event) {
      case StreamEvent.Data(byte[] json) -> data(Optional.empty(), json);
      case StreamEvent.Done _ -> DONE.clone();
      case StreamEvent.Failed failed -> data(Optional.empty(), failed.error().json());
    };
  }

  /** A comment, which no client shows. */
  public static byte[] comment(String text) {
    return ascii(": " + text.replaceAll("[\\r\\n]", " ") + "\n\n");
  }

  /**
   * An event.
   *
   * @param name its type
   */
  public static byte[] data(Optional<String> name, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(data.length + 32);
    name.ifPresent(type -> out.writeBytes(ascii("event: " + type + "\n")));
    out.writeBytes(DATA);
    for (byte each : data) {
      if (each == '\n') {
        out.write('\n');
        out.writeBytes(DATA);
      } else if (each != '\r') {
        out.write(each);
      }
    }
    out.writeBytes(END);
    return out.toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
