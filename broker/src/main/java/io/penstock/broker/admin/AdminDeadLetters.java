package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Forwarding;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Records that could not be served: what they are, and what is done with them. */
@Controller("/admin/dead-letters")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminDeadLetters {

  private static final int USUAL = 100;
  private static final int MOST = 1000;

  private final OperatorLog log;
  private final LetterMarks marks;
  private final Forwarding forwarding;
  private final InstantSource clock;

  AdminDeadLetters(OperatorLog log, LetterMarks marks, Forwarding forwarding, InstantSource clock) {
    this.log = log;
    this.marks = marks;
    this.forwarding = forwarding;
    this.clock = clock;
  }

  /** A letter as the list shows it. */
  private record Summary(Instant deadAt, ObjectNode json) {}

  /**
   * The latest letters, the latest first. Those that somebody has replayed or discarded are left
   * out, unless all are asked for.
   */
  @Get
  HttpResponse<byte[]> list(
      @Nullable @QueryValue String since,
      @Nullable @QueryValue String limit,
      @Nullable @QueryValue String all) {
    int most = AdminBody.limit(limit, MOST, USUAL);
    boolean handled = "true".equals(all);
    Instant from = PastTime.read("since", since, clock.instant()).orElse(Instant.EPOCH);
    // The oldest of those kept is at the head, and goes first.
    PriorityQueue<Summary> latest = new PriorityQueue<>(Comparator.comparing(Summary::deadAt));
    boolean[] more = {false};
    log.letters(
        from,
        found -> {
          String id = new LetterId(found.partition(), found.offset()).toString();
          Optional<LetterMark> mark = marks.of(id);
          if (mark.isPresent() && !handled) {
            return;
          }
          latest.add(new Summary(found.value().getDeadAt(), summary(id, found.value(), mark)));
          if (latest.size() > most) {
            latest.poll();
            more[0] = true;
          }
        });
    List<Summary> sorted = new ArrayList<>(latest);
    sorted.sort(Comparator.comparing(Summary::deadAt).reversed());
    return Replies.json(
        200, DocumentJson.list(sorted.stream().map(Summary::json)).put("has_more", more[0]));
  }

  /** Everything about a letter, its payload included. */
  @Get("/{id}")
  HttpResponse<byte[]> one(String id) {
    DeadLetter letter = known(id);
    ObjectNode json = summary(id, letter, marks.of(id));
    json.set("request", letter.getRequest().map(AdminDeadLetters::request).orElse(null));
    json.put("source_value", letter.getSourceValue().map(AdminDeadLetters::base64).orElse(null));
    ObjectNode headers = json.putObject("headers");
    letter.getHeaders().forEach((name, value) -> headers.put(name, base64(value)));
    return Replies.json(200, json);
  }

  /** Sends its request again under a new id. */
  @Post("/{id}/replay")
  HttpResponse<?> replay(HttpRequest<?> request, String id, @Nullable @Body String body) {
    var _ = AdminBody.optional(body);
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, bytes(body), checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    DeadLetter letter = known(id);
    requireUntouched(id);
    Instant now = clock.instant();
    return switch (LetterReplay.of(LetterId.of(id).orElseThrow(), letter, log.names(), now)) {
      case LetterReplay.Plan.Impossible(String reason) ->
          throw new ApiException(ApiError.invalid(409, "not_possible", reason));
      case LetterReplay.Plan.Send(var again, var format) -> {
        Refusals.readable(
            () -> {
              log.send(again.request(), format);
              return id;
            });
        marks.put(
            new LetterMark(id, Optional.of(again.request().getId()), Callers.admin(request), now));
        yield Replies.json(202, summary(id, letter, marks.of(id)).put("note", again.note()));
      }
    };
  }

  /** Takes it off the list; Kafka deletes it in its time. */
  @Delete("/{id}")
  HttpResponse<?> discard(HttpRequest<?> request, String id) {
    Optional<HttpResponse<?>> elsewhere = forwarding.elsewhere(request, null, checked(id));
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    var _ = known(id);
    requireUntouched(id);
    marks.put(new LetterMark(id, Optional.empty(), Callers.admin(request), clock.instant()));
    return HttpResponse.noContent();
  }

  private void requireUntouched(String id) {
    marks
        .of(id)
        .ifPresent(
            mark -> {
              throw new ApiException(
                  ApiError.invalid(
                      409,
                      "handled_already",
                      "Dead letter %s was %s by %s already%s."
                          .formatted(
                              id,
                              mark.state(),
                              mark.by(),
                              mark.replayedAs().map(as -> ", as request " + as).orElse(""))));
            });
  }

  private static String checked(String id) {
    return LetterId.of(id)
        .map(LetterId::toString)
        .orElseThrow(() -> Refusals.notFound("dead letter", id));
  }

  private DeadLetter known(String id) {
    return LetterId.of(id)
        .flatMap(place -> log.letter(place.partition(), place.offset()))
        .orElseThrow(() -> Refusals.notFound("dead letter", id));
  }

  private static ObjectNode summary(String id, DeadLetter letter, Optional<LetterMark> mark) {
    return Replies.JSON
        .createObjectNode()
        .put("id", id)
        .put("object", "dead_letter")
        .put("state", mark.map(LetterMark::state).orElse("dead"))
        .put("request_id", letter.getRequestId().orElse(null))
        .put("tenant", letter.getTenant().orElse(null))
        .put("stage", letter.getStage())
        .put("code", letter.getFailure().getCode())
        .put("field", letter.getFailure().getField().orElse(null))
        .put("message", letter.getFailure().getMessage())
        .put("attempts", letter.getAttempts())
        .put("dead_at", letter.getDeadAt().toString())
        .put("source_topic", letter.getSourceTopic())
        .put("source_partition", letter.getSourcePartition())
        .put("source_offset", letter.getSourceOffset())
        .put("replayed_as", mark.flatMap(LetterMark::replayedAs).orElse(null))
        .put("handled_by", mark.map(LetterMark::by).orElse(null))
        .put("handled_at", mark.map(each -> each.at().toString()).orElse(null));
  }

  private static ObjectNode request(InferenceRequest request) {
    return Replies.JSON
        .createObjectNode()
        .put("id", request.getId())
        .put("tenant", request.getTenant())
        .put("endpoint", request.getEndpoint())
        .put("model", request.getModel())
        .put("created_at", request.getCreatedAt().toString())
        .put("deadline", request.getDeadline().map(Instant::toString).orElse(null))
        .put("body", text(request.getBody()));
  }

  private static String text(ByteBuffer bytes) {
    return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
  }

  private static String base64(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    return Base64.getEncoder().encodeToString(copy);
  }

  private static byte @Nullable [] bytes(@Nullable String body) {
    return body == null ? null : body.getBytes(StandardCharsets.UTF_8);
  }
}
