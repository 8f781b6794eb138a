package io.penstock.broker.responses;

import static io.penstock.broker.responses.ResponseSamples.answer;
import static io.penstock.broker.responses.ResponseSamples.delta;
import static io.penstock.broker.responses.ResponseSamples.end;
import static io.penstock.broker.responses.ResponseSamples.ended;
import static io.penstock.broker.responses.ResponseSamples.piece;
import static io.penstock.broker.responses.ResponseSamples.response;
import static io.penstock.broker.responses.ResponseSamples.streamed;
import static io.penstock.broker.responses.ResponseSamples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.OpenAiSchema;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ResponseStreamTest {

  private static final List<TokenChunk> WHOLE =
      List.of(
          delta(1, 0, "{'role':'assistant','content':''}"),
          piece(1, 1, "Ci"),
          piece(1, 2, "ao"),
          end(1, 3, ChunkEnd.COMPLETE));

  @Test
  void anAnswerHasEachEventOfTheApiInOrder() {
    List<ResponseEvent> events = all(stream(streamed(), -1), WHOLE, answer(1, "Ciao"));

    assertThat(events)
        .extracting(ResponseEvent::type)
        .containsExactly(
            "response.created",
            "response.queued",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed");
    assertThat(events)
        .extracting(ResponseEvent::number)
        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    assertValid(events);
    assertThat(text(events)).isEqualTo("Ciao");
    JsonNode last = events.getLast().json();
    assertThat(last.at("/response/output/0/content/0/text").asText()).isEqualTo("Ciao");
    assertThat(last.at("/response/output/0")).isEqualTo(events.get(9).json().path("item"));
  }

  @Test
  void callsOfFunctionsComeInPieces() {
    List<TokenChunk> chunks =
        List.of(
            delta(1, 0, call("'id':'c1','type':'function','function':{'name':'f','arguments':''}")),
            delta(1, 1, call("'function':{'arguments':'{}'}")),
            end(1, 2, ChunkEnd.COMPLETE));
    InferenceResult result =
        succeeded(
            1,
            "{'content':null,'tool_calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]}",
            "tool_calls");

    List<ResponseEvent> events = all(stream(streamed(), -1), chunks, result);

    assertValid(events);
    assertThat(events.stream().skip(3).map(ResponseEvent::type))
        .containsExactly(
            "response.output_item.added",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.output_item.done",
            "response.completed");
    assertThat(events.getLast().json().at("/response/output/0"))
        .isEqualTo(events.get(6).json().path("item"));
  }

  @Test
  void anAnswerThatIsCutShortEndsIncomplete() {
    List<ResponseEvent> events =
        all(stream(streamed(), -1), WHOLE, succeeded(1, "{'content':'Ciao'}", "length"));

    assertValid(events);
    assertThat(events.getLast().type()).isEqualTo("response.incomplete");
  }

  @Test
  void aFailureAndACancellationEndTheStreamWithTheResponse() {
    for (TerminalStatus status : List.of(TerminalStatus.FAILED, TerminalStatus.CANCELLED)) {
      List<ResponseEvent> events =
          all(stream(streamed(), -1), WHOLE.subList(0, 2), ended(status, 1));

      assertValid(events);
      assertThat(events.getLast().type()).isEqualTo("response.failed");
      assertThat(events.getLast().number()).isEqualTo(6);
    }
  }

  @Test
  void anAnswerWithoutChunksIsShownWhole() {
    List<ResponseEvent> events =
        all(stream(response("'background':true"), -1), List.of(), answer(2, "Ciao"));

    assertValid(events);
    assertThat(text(events)).isEqualTo("Ciao");
    assertThat(events.getLast().type()).isEqualTo("response.completed");
  }

  @Test
  void anAnswerWhoseChunksAreGoneIsShownWholeToWhoeverHasSeenNothingOfIt() {
    for (long after : new long[] {-1, 2}) {
      ResponseStream stream = stream(streamed(), after);
      List<ResponseEvent> events = all(stream, List.of(), answer(1, "Ciao"));
      events.addAll(stream.giveUp());

      assertThat(text(events)).isEqualTo("Ciao");
      assertThat(events.getLast().type()).isEqualTo("response.completed");
      long seen = events.get(events.size() - 4).number();
      ResponseStream more = stream(streamed(), seen);
      assertThat(all(more, WHOLE, answer(1, "Ciao")))
          .extracting(ResponseEvent::number)
          .containsExactly(seen + 1, seen + 2, seen + 3);
    }
  }

  @Test
  void whoeverHasSeenAPartIsToldThatItsChunksAreGone() {
    ResponseStream stream = stream(streamed(), 5);
    List<ResponseEvent> events = all(stream, List.of(), answer(1, "Ciao"));
    events.addAll(stream.giveUp());

    assertThat(events).hasSize(1);
    OpenAiSchema.required().assertIs("ResponseErrorEvent", events.getFirst().json());
    assertThat(events.getFirst().json().path("code").asText()).isEqualTo("stream_interrupted");
    assertThat(events.getFirst().number()).isEqualTo(5);
  }

  @Test
  void anotherAttemptIsNeverPutBehindAPartOfOne() {
    List<TokenChunk> again =
        List.of(
            piece(1, 0, "Ci"), piece(2, 0, "Sa"), piece(2, 1, "lve"), end(2, 2, ChunkEnd.COMPLETE));

    List<ResponseEvent> cut = all(stream(streamed(), -1), again, answer(2, "Salve"));
    assertThat(text(cut)).isEqualTo("Ci");
    assertThat(cut.getLast().type()).isEqualTo("error");

    long seen = cut.getLast().number();
    assertThat(all(stream(streamed(), seen), again, answer(2, "Salve")))
        .extracting(ResponseEvent::type)
        .containsExactly("error");

    List<ResponseEvent> anew = all(stream(streamed(), -1), again.subList(1, 4), answer(2, "Salve"));
    assertThat(text(anew)).isEqualTo("Salve");
    assertThat(anew.get(3).number()).isGreaterThan(seen);
  }

  /** Wherever a reader is cut, and however often, it has each event once in the end. */
  @Property(tries = 500)
  void aReaderThatIsCutGoesOnWithoutLossOrRepetition(@ForAll long seed) {
    Random random = new Random(seed);
    int attempt = 1 + random.nextInt(3);
    List<TokenChunk> chunks = new ArrayList<>();
    StringBuilder whole = new StringBuilder();
    int count = random.nextInt(12);
    for (int each = 0; each < count; each++) {
      String word = random.nextInt(5) == 0 ? "" : "t" + each + " ";
      whole.append(word);
      chunks.add(piece(attempt, each, word));
    }
    boolean broken = random.nextInt(4) == 0;
    chunks.add(end(attempt, count, broken ? ChunkEnd.BROKEN : ChunkEnd.COMPLETE));
    InferenceResult result = answer(attempt, whole.toString());
    List<ResponseEvent> expected = all(stream(streamed(), -1), chunks, result);

    List<ResponseEvent> got = new ArrayList<>();
    long after = -1;
    for (int part = 0; part < 20; part++) {
      List<ResponseEvent> more = all(stream(streamed(), after), chunks, result);
      boolean last = part == 19;
      int read = last ? more.size() : random.nextInt(Math.min(4, more.size() + 1));
      got.addAll(more.subList(0, read));
      after = got.isEmpty() ? -1 : got.getLast().number();
      if (!got.isEmpty() && got.getLast().type().equals("error")) {
        break;
      }
    }

    assertThat(got).isEqualTo(expected);
    for (int each = 1; each < got.size(); each++) {
      if (!got.get(each).type().equals("error")) {
        assertThat(got.get(each).number()).isGreaterThan(got.get(each - 1).number());
      }
    }
    if (!broken) {
      assertThat(text(got)).isEqualTo(whole.toString());
      assertThat(got.getLast().type()).isEqualTo("response.completed");
    }
  }

  private static ResponseStream stream(StoredResponse response, long after) {
    return new ResponseStream(response, after < 0 ? OptionalLong.empty() : OptionalLong.of(after));
  }

  private static List<ResponseEvent> all(
      ResponseStream stream, List<TokenChunk> chunks, InferenceResult result) {
    List<ResponseEvent> events = new ArrayList<>(stream.begin());
    chunks.forEach(chunk -> events.addAll(stream.chunk(chunk)));
    events.addAll(stream.result(result));
    return events;
  }

  private static String text(List<ResponseEvent> events) {
    StringBuilder text = new StringBuilder();
    events.forEach(
        event -> {
          if (event.type().equals("response.output_text.delta")) {
            text.append(event.json().path("delta").asText());
          }
        });
    return text.toString();
  }

  private static String call(String fields) {
    return "{'tool_calls':[{'index':0,%s}]}".formatted(fields);
  }

  private static void assertValid(List<ResponseEvent> events) {
    events.forEach(event -> OpenAiSchema.required().assertIs("ResponseStreamEvent", event.json()));
  }
}
