package io.penstock.compose.bench.faults.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResponseReadingTest {

  private static final String ERROR = "data: {\"type\":\"error\",\"code\":\"lost\"}";

  /** Refuses events of type {@code wrong}; an error of code {@code lost} interrupts. */
  private static final class Strict implements ResponseReading.Judgement {

    @Override
    public void event(ResponseReading reading, String type, JsonNode event) {
      if (type.equals("wrong")) {
        throw new IllegalStateException(reading.name() + " after " + reading.last());
      }
    }

    @Override
    public boolean error(ResponseReading reading, JsonNode error) {
      return error.path("code").asText().equals("lost");
    }
  }

  private final ResponseReading reading = new ResponseReading("a", new Strict());

  private static String delta(long number, String text) {
    return "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":%d,\"delta\":\"%s\"}"
        .formatted(number, text);
  }

  private static String end(String type, long number) {
    return "data: {\"type\":\"%s\",\"sequence_number\":%d}".formatted(type, number);
  }

  @Test
  void eachConnectionGoesOnAfterTheLastEventOfTheOneBefore() throws IOException {
    reading.identify("resp_1");
    assertThat(reading.path()).isEqualTo("/v1/responses/resp_1?stream=true");

    reading.read(Stream.of("event: x", delta(3, "Hel"), ""));
    assertThat(reading.path()).isEqualTo("/v1/responses/resp_1?stream=true&starting_after=3");
    reading.read(
        Stream.of(delta(4, "lo"), end("response.completed", 5), delta(6, "not a part of it")));

    assertThat(reading.isEnded()).isTrue();
    assertThat(reading.text()).isEqualTo("Hello");
    assertThat(reading.last()).isEqualTo(5);
    assertThat(reading.legs()).isEqualTo(2);
  }

  @Test
  void aReaderMayHangUpAfterSomeEvents() throws IOException {
    reading.read(Stream.of(delta(1, "a"), delta(2, "b"), delta(3, "c")), 2);

    assertThat(reading.pieces())
        .containsExactly(new ResponseReading.Piece(1, "a"), new ResponseReading.Piece(2, "b"));
    assertThat(reading.isEnded()).isFalse();
  }

  @Test
  void anIncompleteResponseIsAnEndAndAnotherEventIsNone() throws IOException {
    reading.read(Stream.of(end("response.created", 0)));
    assertThat(reading.isEnded()).isFalse();
    reading.read(Stream.of(end("response.incomplete", 1)));
    assertThat(reading.isEnded()).isTrue();
  }

  @Test
  void aReaderThatIsInterruptedFiveTimesBeginsAnew() throws IOException {
    reading.read(Stream.of(delta(7, "a")));
    for (int i = 0; i < 4; i++) {
      reading.read(Stream.of(ERROR));
    }
    reading.read(Stream.of("data: {\"type\":\"error\",\"code\":\"busy\"}"));
    assertThat(reading.text()).isEqualTo("a");
    assertThat(reading.last()).isEqualTo(7);

    reading.read(Stream.of(ERROR));

    assertThat(reading.interruptions()).isEqualTo(5);
    assertThat(reading.text()).isEmpty();
    assertThat(reading.last()).isEqualTo(-1);
  }

  @Test
  void anEventIsJudgedByWhatCameBeforeIt() throws IOException {
    reading.read(Stream.of(delta(7, "a")));

    assertThatThrownBy(() -> reading.read(Stream.of(end("wrong", 8))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a after 7");
    assertThat(reading.last()).isEqualTo(7);
  }
}
