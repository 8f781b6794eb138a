package io.penstock.broker.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.broker.BrokerSamples;
import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.ChunkEnd;
import io.penstock.schemas.ChunkKind;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenChunk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class AnswerStreamTest {

  private static final String ID = "req_1";
  private static final String WHOLE =
      "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"delta\":{\"content\":\"Ciao\"}}],\"odd\":1.50}";

  private final AnswerStream stream = new AnswerStream(ID, false);
  private final List<StreamEvent> sent = new ArrayList<>();

  @Test
  void isDoneWhenTheAttemptWasWholeAndTheResultIsItsOwn() {
    delta(1, 0, "a");
    delta(1, 1, "b");
    end(1, 2, ChunkEnd.COMPLETE);
    assertThat(stream.isEnded()).isFalse();

    result(TerminalStatus.SUCCEEDED, 1);

    assertThat(text()).isEqualTo("a b [DONE]");
  }

  @Test
  void aResultThatIsReadFirstWaitsForTheChunks() {
    delta(1, 0, "a");
    result(TerminalStatus.SUCCEEDED, 1);
    delta(1, 1, "b");
    end(1, 2, ChunkEnd.COMPLETE);

    assertThat(text()).isEqualTo("a b [DONE]");
  }

  @Test
  void aNewAttemptTakesOverWhileNothingWasSent() {
    end(1, 0, ChunkEnd.FAILED);
    delta(2, 0, "a");
    end(2, 1, ChunkEnd.COMPLETE);
    result(TerminalStatus.SUCCEEDED, 2);

    assertThat(text()).isEqualTo("a [DONE]");
  }

  @Test
  void aNewAttemptAfterAPartWasSentIsAnError() {
    delta(1, 0, "a");
    delta(2, 0, "A");
    result(TerminalStatus.SUCCEEDED, 2);

    assertThat(text()).isEqualTo("a stream_interrupted");
  }

  @Test
  void anotherAttemptsResultIsAnErrorAndNoEnd() {
    delta(1, 0, "a");
    end(1, 1, ChunkEnd.COMPLETE);
    result(TerminalStatus.SUCCEEDED, 2);

    assertThat(text()).isEqualTo("a stream_interrupted");
  }

  @Test
  void aMissingChunkIsAnError() {
    delta(1, 0, "a");
    delta(1, 2, "c");

    assertThat(text()).isEqualTo("a stream_interrupted");
  }

  @Test
  void repeatedChunksAreSentOnce() {
    delta(1, 0, "a");
    delta(1, 0, "a");
    delta(1, 1, "b");

    assertThat(text()).isEqualTo("a b");
  }

  @Test
  void aFailureIsShownAsTheEngineGaveIt() {
    delta(1, 0, "a");
    end(1, 1, ChunkEnd.FAILED);
    result(TerminalStatus.FAILED, 1);

    assertThat(text()).isEqualTo("a engine_failed");
  }

  @Test
  void chunksThatNeverComeAreAnErrorInTheEnd() {
    delta(1, 0, "a");
    answer("Ciao");
    assertThat(text()).isEqualTo("a");

    sent.addAll(stream.giveUp());

    assertThat(text()).isEqualTo("a stream_interrupted");
  }

  @Test
  void anEngineThatDoesNotStreamHasItsAnswerSentWhole() {
    end(1, 0, ChunkEnd.BROKEN);
    answer("Ciao");

    assertThat(text()).isEqualTo(WHOLE + " [DONE]");
    assertThat(stream.isFromResult()).isTrue();
  }

  @Test
  void anAnswerWhoseFirstChunksAreLostIsSentWhole() {
    delta(1, 1, "b");
    answer("Ciao");

    assertThat(text()).isEqualTo(WHOLE + " [DONE]");
  }

  @Test
  void anAnswerThatIsThereBeforeItsChunksAreKnownToBeLostIsSentWhole() {
    answer("Ciao");
    end(1, 0, ChunkEnd.BROKEN);

    assertThat(text()).isEqualTo(WHOLE + " [DONE]");
  }

  @Test
  void anAnswerOfWhichNoChunkComesIsSentWholeInTheEnd() {
    answer("Ciao");
    assertThat(text()).isEmpty();

    sent.addAll(stream.giveUp());

    assertThat(text()).isEqualTo(WHOLE + " [DONE]");
  }

  @Test
  void anAnswerThatIsNoCompletionCannotBeStreamed() {
    end(1, 0, ChunkEnd.BROKEN);
    result(TerminalStatus.SUCCEEDED, 1);

    assertThat(text()).isEqualTo("stream_interrupted");
  }

  @Test
  void theAnswerToARepetitionEndsTheStream() {
    for (Repetition repetition : Repetition.values()) {
      AnswerStream repeated = new AnswerStream(ID, false);
      assertThat(
              repeated.result(
                  BrokerSamples.result(ID, TerminalStatus.SUCCEEDED)
                      .setRepetition(repetition)
                      .build()))
          .singleElement()
          .isInstanceOfSatisfying(
              StreamEvent.Failed.class,
              failed -> assertThat(failed.error().status()).isEqualTo(409));
      assertThat(repeated.isEnded()).isTrue();
    }
  }

  @Test
  void theUsageOfAWholeAnswerIsAChunkOfItsOwn() {
    AnswerStream asked = new AnswerStream(ID, true);
    asked.chunk(TokenChunk.newBuilder(end(1, 0)).setEnd(ChunkEnd.BROKEN).build());

    assertThat(asked.result(completion("Ciao"))).hasSize(3);
  }

  @Test
  void theUsageIsSentOnlyIfItWasAskedFor() {
    String usage = "{\"choices\":[],\"usage\":{\"total_tokens\":1}}";
    String words = "{\"choices\":[{\"delta\":{}}],\"usage\":null}";

    delta(1, 0, words);
    delta(1, 1, usage);
    assertThat(text()).isEqualTo(words);

    AnswerStream asked = new AnswerStream(ID, true);
    assertThat(asked.chunk(chunk(1, 0, usage))).hasSize(1);
  }

  /** Whatever comes in whatever order: never two attempts in one stream, never a false end. */
  @Property(tries = 2000)
  void aStreamIsOneAttemptInOrderAndEndsAtMostOnce(@ForAll long seed) {
    Random random = new Random(seed);
    AnswerStream any = new AnswerStream(ID, false);
    List<StreamEvent> events = new ArrayList<>();
    int[] next = new int[4];
    int attempt = 1;
    boolean[] whole = new boolean[4];
    int resultOf = 0;
    for (int step = 0; step < 30; step++) {
      switch (random.nextInt(10)) {
        case 0 -> attempt = Math.min(3, attempt + 1);
        case 1 -> {
          if (!whole[attempt]) {
            whole[attempt] = true;
            events.addAll(any.chunk(end(attempt, next[attempt]++)));
          }
        }
        case 2 -> {
          if (resultOf == 0) {
            resultOf = 1 + random.nextInt(3);
            events.addAll(any.result(record(TerminalStatus.SUCCEEDED, resultOf).result()));
          }
        }
        case 3 -> next[attempt] += 1; // lost on its way
        default -> {
          if (!whole[attempt]) {
            events.addAll(
                any.chunk(chunk(attempt, next[attempt], attempt + ":" + next[attempt]++)));
          }
        }
      }
    }
    events.addAll(any.giveUp());
    String first = null;
    int expected = 0;
    for (StreamEvent each : events) {
      if (each instanceof StreamEvent.Data(byte[] json)) {
        String[] parts = new String(json, StandardCharsets.UTF_8).split(":", 2);
        first = first == null ? parts[0] : first;
        assertThat(parts[0]).isEqualTo(first);
        assertThat(Integer.parseInt(parts[1])).isEqualTo(expected++);
      }
    }
    assertThat(events.stream().filter(StreamEvent::isLast).count()).isLessThanOrEqualTo(1);
    if (!events.isEmpty() && events.getLast() instanceof StreamEvent.Done) {
      assertThat(first == null || Integer.parseInt(first) == resultOf).isTrue();
      assertThat(whole[resultOf]).isTrue();
    }
  }

  private void delta(int attempt, int sequence, String json) {
    sent.addAll(stream.chunk(chunk(attempt, sequence, json)));
  }

  private void end(int attempt, int sequence, ChunkEnd end) {
    sent.addAll(stream.chunk(TokenChunk.newBuilder(end(attempt, sequence)).setEnd(end).build()));
  }

  private static TokenChunk end(int attempt, int sequence) {
    return TokenChunk.newBuilder(chunk(attempt, sequence, ""))
        .setKind(ChunkKind.END)
        .setEnd(ChunkEnd.COMPLETE)
        .build();
  }

  private static TokenChunk chunk(int attempt, int sequence, String json) {
    return TokenChunk.newBuilder()
        .setId(ID)
        .setTenant("default")
        .setAttempt(attempt)
        .setSequence(sequence)
        .setKind(ChunkKind.DELTA)
        .setData(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)))
        .setCreatedAt(Instant.EPOCH)
        .build();
  }

  private void answer(String text) {
    sent.addAll(stream.result(completion(text)));
  }

  private static InferenceResult completion(String text) {
    String body =
        "{\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}],\"odd\":1.50,\"usage\":{\"total_tokens\":7}}"
            .formatted(text);
    return BrokerSamples.result(ID, TerminalStatus.SUCCEEDED)
        .setBody(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)))
        .build();
  }

  private void result(TerminalStatus status, int attempts) {
    sent.addAll(stream.result(record(status, attempts).result()));
  }

  private static ResultRecord record(TerminalStatus status, int attempts) {
    return BrokerSamples.record(BrokerSamples.result(ID, status).setAttempts(attempts).build());
  }

  private String text() {
    List<String> all = new ArrayList<>();
    for (StreamEvent each : sent) {
      all.add(
          switch (each) {
            case StreamEvent.Data(byte[] json) -> new String(json, StandardCharsets.UTF_8);
            case StreamEvent.Done _ -> "[DONE]";
            case StreamEvent.Failed failed -> failed.error().code();
          });
    }
    return String.join(" ", all);
  }
}
