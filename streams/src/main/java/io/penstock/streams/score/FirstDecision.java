package io.penstock.streams.score;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** What was decided when a request id was first seen; every later record with it follows. */
public sealed interface FirstDecision {

  /** It has its FAILED result. */
  record Refused() implements FirstDecision {}

  /** It is in a model's partition. */
  record Placed(String model, Optional<String> variant, int partition) implements FirstDecision {}

  /**
   * A tag, then the fields of Placed separated by a control character, which no model name holds.
   * Unknown bytes read as Refused: no second result is ever given on doubt.
   */
  static Serde<FirstDecision> serde() {
    return Serdes.serdeFrom((topic, d) -> write(d), (topic, bytes) -> read(bytes));
  }

  private static byte[] write(FirstDecision decision) {
    String text =
        switch (decision) {
          case Refused() -> "R";
          case Placed(String model, Optional<String> variant, int partition) ->
              "P" + partition + "\n" + model + variant.map(v -> "\n" + v).orElse("");
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static FirstDecision read(byte[] bytes) {
    if (bytes == null || bytes.length == 0 || bytes[0] != 'P') {
      return new Refused();
    }
    String[] parts = new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8).split("\n", 3);
    return parts.length < 2
        ? new Refused()
        : new Placed(
            parts[1],
            parts.length == 3 ? Optional.of(parts[2]) : Optional.empty(),
            Integer.parseInt(parts[0]));
  }
}
