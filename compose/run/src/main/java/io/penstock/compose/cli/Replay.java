package io.penstock.compose.cli;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ResultFormat;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.ServiceClass;
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

  /** The label that names the request replayed. */
  static final String REPLAY_OF = "replayOf";

  private static final String DELIVERY = "delivery";
  private static final int MAX_ATTRIBUTES = 16;

  /** What can be done about a letter. */
  sealed interface Plan {
    /**
     * Produce this.
     *
     * @param format how the result is to be written, as the original wanted it
     * @param note what differs from the original, empty if nothing but the id
     */
    record Produce(InferenceRequest request, ResultFormat format, String note) implements Plan {}

    /** Nothing, and why. */
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
    if (letter.getSourceValue().isPresent() && !isWork(letter)) {
      byte[] value = bytes(letter.getSourceValue().get());
      if (JsonRequests.isJson(value)) {
        return Optional.of(json(letter, value, now));
      }
    }
    // A letter of an earlier version, which knew no JSON, names no form.
    ResultFormat format = letter.getResultFormat().orElse(ResultFormat.AVRO);
    if (letter.getRequest().isPresent()) {
      return Optional.of(new Original(letter.getRequest().get(), format));
    }
    if (letter.getSourceValue().isPresent()) {
      byte[] value = bytes(letter.getSourceValue().get());
      return Optional.of(decode(letter, value, format));
    }
    return log.at(letter.getSourceTopic(), letter.getSourcePartition(), letter.getSourceOffset())
        .filter(entry -> entry.value() != null)
        .map(entry -> decode(letter, entry.value(), format));
  }

  private boolean isWork(DeadLetter letter) {
    return names.classOfWork(letter.getSourceTopic()).isPresent();
  }

  /**
   * Reads a request as JSON again, with its headers. A length of time as its deadline begins now.
   * What score could not read then is not tried: a letter does not show headers that came twice.
   */
  private static Original json(DeadLetter letter, byte[] value, Instant now)
      throws UnreadableException {
    if (letter.getFailure().getCode().equals(RefusalCode.MALFORMED_RECORD.code())) {
      throw new UnreadableException(letter.getFailure().getMessage());
    }
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

  private Original decode(DeadLetter letter, byte[] value, ResultFormat format) {
    String topic = letter.getSourceTopic();
    if (!isWork(letter)) {
      return new Original(
          serdes.deserializer(InferenceRequest.class).deserialize(topic, value), format);
    }
    ScoredRequest work = serdes.deserializer(ScoredRequest.class).deserialize(topic, value);
    return new Original(work.getRequest(), work.getResultFormat().orElse(format));
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private Plan again(Original known, DeadLetter letter, boolean sameId, Instant now) {
    InferenceRequest original = known.request();
    StringBuilder note = new StringBuilder();
    InferenceRequest.Builder again = InferenceRequest.newBuilder(original).setCreatedAt(now);
    if (!sameId) {
      again.setId(Ids.next());
      Map<String, String> attributes = new HashMap<>(original.getAttributes());
      if (attributes.size() < MAX_ATTRIBUTES || attributes.containsKey(REPLAY_OF)) {
        attributes.put(REPLAY_OF, original.getId());
        again.setAttributes(attributes);
      } else {
        note.append("without attribute replayOf, since all 16 are taken; ");
      }
    }
    if (original.getDeadline().filter(deadline -> !deadline.isAfter(now)).isPresent()) {
      again.setDeadline(null);
      note.append("with the class's default deadline, since its own has passed; ");
    }
    if (original.getServiceClass().isEmpty()) {
      again.setServiceClass(sourceClass(letter));
    }
    return new Plan.Produce(again.build(), known.format(), note.toString().replaceAll("; $", ""));
  }

  /** A request without a class takes that of the topic it was produced to. */
  private ServiceClass sourceClass(DeadLetter letter) {
    for (ServiceClass serviceClass : ServiceClass.values()) {
      if (names.requests(serviceClass).equals(letter.getSourceTopic())) {
        return serviceClass;
      }
    }
    return names.classOfWork(letter.getSourceTopic()).orElse(ServiceClass.STANDARD);
  }
}
