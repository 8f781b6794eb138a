package io.penstock.compose.cli;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.client.Resubmission;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.score.json.JsonRequests;
import io.penstock.streams.score.json.RequestHeaders;
import io.penstock.streams.score.request.RefusalCode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Makes the request to produce again from a dead letter: from the request in the letter, else from
 * the record's bytes in it, else from the record itself at its offset, while the log keeps it.
 */
final class Replay {

  private static final String DELIVERY = "delivery";

  /** The action that a letter allows. */
  sealed interface Plan {
    /**
     * Produce this.
     *
     * @param format how the result is to be written, as the original wanted it
     * @param note what differs from the original, empty if nothing but the id
     */
    record Produce(InferenceRequest request, ResultFormat format, String note) implements Plan {}

    /** The letter cannot be replayed, with the reason. */
    record Impossible(String reason) implements Plan {}
  }

  /** A request as it was, and how its result was wanted. */
  private record Original(InferenceRequest request, ResultFormat format) {}

  /** The bytes are no readable request. */
  private static final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableException(String message) {
      super(message);
    }
  }

  private final TopicNames names;
  private final AvroSerdes serdes;
  private final TopicLog log;

  Replay(TopicNames names, AvroSerdes serdes, TopicLog log) {
    this.names = names;
    this.serdes = serdes;
    this.log = log;
  }

  /**
   * Plans the replay.
   *
   * @param sameId keep the id, which is answered by the earlier result while that is remembered
   */
  Plan plan(DeadLetter letter, boolean sameId, Instant now) {
    if (letter.getStage().equals(DELIVERY)) {
      // Its request was served: running it again would cost again.
      return new Plan.Impossible(
          "it was served, and only the copy to its reply topic failed. Its result is on %s, partition %d, offset %d: 'penstock results --id %s' prints it"
              .formatted(
                  letter.getSourceTopic(),
                  letter.getSourcePartition(),
                  letter.getSourceOffset(),
                  letter.getRequestId().orElse("ID")));
    }
    Optional<Original> original;
    try {
      original = original(letter, now);
    } catch (UnreadableException e) {
      return new Plan.Impossible(
          "it was refused for what it says: %s. Correct it and submit it again"
              .formatted(e.getMessage()));
    } catch (SerializationException e) {
      return new Plan.Impossible(
          "its bytes are no readable request (%s); submit it again from its source"
              .formatted(e.getMessage()));
    }
    if (original.isEmpty()) {
      return new Plan.Impossible(
          "it carries no payload, and the log no longer holds %s-%d at offset %d; submit it again"
                  .formatted(
                      letter.getSourceTopic(),
                      letter.getSourcePartition(),
                      letter.getSourceOffset())
              + " from its source");
    }
    return again(original.get(), letter, sameId, now);
  }

  private Optional<Original> original(DeadLetter letter, Instant now) throws UnreadableException {
    if (isWork(letter)) {
      return request(letter).or(() -> value(letter).map(value -> decode(letter, value)));
    }
    Optional<byte[]> value = letter.getSourceValue().map(Replay::bytes);
    if (value.isEmpty() && letter.getRequest().isEmpty()) {
      value = value(letter);
    }
    boolean json = value.filter(JsonRequests::isJson).isPresent();
    requireClear(letter, value.isEmpty() || json);
    if (json) {
      return Optional.of(json(letter, value.get(), now));
    }
    Optional<byte[]> avro = value;
    return request(letter).or(() -> avro.map(each -> decode(letter, each)));
  }

  /** The request in the letter. A letter of an earlier version, which knew no JSON, has no form. */
  private static Optional<Original> request(DeadLetter letter) {
    return letter.getRequest().map(request -> new Original(request, format(letter)));
  }

  private static ResultFormat format(DeadLetter letter) {
    return letter.getResultFormat().orElse(ResultFormat.AVRO);
  }

  /** The record's value, from the letter or from the log; empty if neither has it. */
  private Optional<byte[]> value(DeadLetter letter) {
    return letter
        .getSourceValue()
        .map(Replay::bytes)
        .or(
            () ->
                log.at(
                        letter.getSourceTopic(),
                        letter.getSourcePartition(),
                        letter.getSourceOffset())
                    .map(TopicLog.Entry::value));
  }

  /**
   * Refuses what could be read but not understood, and a record that says two things at once: the
   * letter holds only the last value of a header that came twice, and nobody can tell which one was
   * meant. Headers count for a request as JSON; for one as Avro only the form of its result does.
   */
  private static void requireClear(DeadLetter letter, boolean everyHeaderCounts)
      throws UnreadableException {
    if (letter.getFailure().getCode().equals(RefusalCode.MALFORMED_RECORD.code())
        && (everyHeaderCounts || letter.getRequest().isPresent())) {
      throw new UnreadableException(letter.getFailure().getMessage());
    }
    for (String name : letter.getRepeatedHeaders()) {
      if (name.equals(RequestHeaders.ACCEPT)
          || (everyHeaderCounts && name.startsWith(RequestHeaders.PREFIX))) {
        throw new UnreadableException("header %s comes more than once".formatted(name));
      }
    }
  }

  private boolean isWork(DeadLetter letter) {
    return names.classOfWork(letter.getSourceTopic()).isPresent();
  }

  /**
   * Reads a request as JSON again, with its headers. A length of time as its deadline begins now.
   */
  private static Original json(DeadLetter letter, byte[] value, Instant now)
      throws UnreadableException {
    RequestHeaders headers = headers(letter);
    JsonRequests.Reading read =
        new JsonRequests(value.length)
            .read(value, headers, letter.getRequestId().orElseGet(Ids::next), now);
    if (read.refusal().isPresent()) {
      throw new UnreadableException(read.refusal().get().message());
    }
    return new Original(read.request(), headers.accepted().orElse(ResultFormat.JSON));
  }

  private static RequestHeaders headers(DeadLetter letter) {
    Map<String, String> values = new HashMap<>();
    letter
        .getHeaders()
        .forEach(
            (name, value) -> {
              if (name.startsWith(RequestHeaders.PREFIX)) {
                values.put(name, new String(bytes(value), StandardCharsets.UTF_8));
              }
            });
    return new RequestHeaders(values, Set.of());
  }

  private Original decode(DeadLetter letter, byte[] value) {
    String topic = letter.getSourceTopic();
    if (!isWork(letter)) {
      return new Original(
          serdes.deserializer(InferenceRequest.class).deserialize(topic, value), format(letter));
    }
    ScoredRequest work = serdes.deserializer(ScoredRequest.class).deserialize(topic, value);
    return new Original(work.getRequest(), work.getResultFormat().orElseGet(() -> format(letter)));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private Plan again(Original known, DeadLetter letter, boolean sameId, Instant now) {
    String id = sameId ? known.request().getId() : Ids.next();
    Resubmission again = Resubmission.of(known.request(), letter.getSourceTopic(), names, id, now);
    return new Plan.Produce(again.request(), known.format(), again.note());
  }
}
