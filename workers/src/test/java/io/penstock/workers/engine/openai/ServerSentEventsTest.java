package io.penstock.workers.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ServerSentEventsTest {

  @Provide
  Arbitrary<String> lines() {
    return Arbitraries.strings()
        .ofMinLength(1)
        .ofMaxLength(20)
        .filter(StandardCharsets.UTF_8.newEncoder()::canEncode)
        .filter(text -> text.chars().noneMatch(c -> c == '\n' || c == '\r'));
  }

  @Property(tries = 300)
  void eachEventComesByteForByteWhereverTheBytesAreCut(
      @ForAll @Size(max = 8) List<@From("lines") String> events,
      @ForAll @IntRange(min = 1, max = 9) int cut,
      @ForAll @IntRange(min = 0, max = 2) int ending)
      throws Exception {
    String end = List.of("\n", "\r\n", "\r").get(ending);
    StringBuilder text = new StringBuilder();
    for (String event : events) {
      text.append(": a comment").append(end).append("data: ").append(event).append(end).append(end);
    }
    List<String> found = new ArrayList<>();
    ServerSentEvents parser =
        new ServerSentEvents(data -> found.add(new String(data, StandardCharsets.UTF_8)), 10_000);
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    for (int from = 0; from < bytes.length; from += cut) {
      parser.take(ByteBuffer.wrap(bytes, from, Math.min(cut, bytes.length - from)));
    }
    parser.end();

    assertThat(found).containsExactlyElementsOf(events);
  }
}
