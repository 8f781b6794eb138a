package io.penstock.schemas.fuzz;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.avro.util.Utf8;

/** Texts that a stranger may send: the ones that programs stumble over, and any other. */
public final class FuzzedText {

  /** Longer than any name may be, and than a line of a log should be. */
  private static final int LONG = 70_000;

  private static final List<String> STRANGE =
      List.of(
          "",
          " ",
          "\u0000",
          "\n",
          "a\r\nb: c",
          "\ud800",
          "\udc00\ud800",
          "\u202egnp.exe",
          "\ufeffid",
          "../../etc/passwd",
          "${file:/etc/passwd}",
          "%s%n%1$s",
          "__proto__",
          "null",
          "NaN",
          "-1",
          "9223372036854775808",
          "1e999",
          "2026-13-32T25:61:61Z",
          "+1000000000-12-31T23:59:59.999999999Z",
          "PT2562047788015H",
          "penstock.results",
          "a:b",
          "é",
          "\ud83d\ude00",
          "x".repeat(256),
          "y".repeat(257),
          "é".repeat(LONG),
          "z".repeat(LONG));

  private FuzzedText() {}

  /** A text. */
  public static String of(FuzzedDataProvider data) {
    return data.consumeBoolean() ? data.pickValue(STRANGE) : data.consumeString(40);
  }

  /** A text as Avro writes it, which need not be UTF-8 at all. */
  static Utf8 wire(FuzzedDataProvider data) {
    return data.consumeInt(0, 7) == 0
        ? new Utf8(data.consumeBytes(20))
        : new Utf8(of(data).getBytes(StandardCharsets.UTF_8));
  }
}
