package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.home.Homes;
import io.penstock.broker.limits.Limiter;
import io.penstock.broker.requests.RequestLookup;
import io.penstock.schemas.Feedback;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * How good results were. A judgement counts for a result of the caller's own tenant only. What the
 * tenant never had is refused; what its home may have forgotten is taken, since a judgement may
 * come long after the end, and counts if there was such a request. So the answer tells nothing of
 * another tenant's.
 */
@Controller("/v1/feedback")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
public final class FeedbackController {

  /**
   * Takes judgements.
   *
   * @param write completed once the log has it
   */
  public record Judgements(Function<Feedback, CompletableFuture<Void>> write) {}

  private final Judgements judgements;
  private final Forwarding forwarding;
  private final Lookups lookups;
  private final Limiter limiter;
  private final InstantSource clock;

  /**
   * @param lines finds the requests of batches that are not remembered
   */
  FeedbackController(
      Judgements judgements,
      Serving serving,
      Forwarding forwarding,
      Homes homes,
      RequestLookup lines,
      Limiter limiter,
      InstantSource clock) {
    this.judgements = judgements;
    this.forwarding = forwarding;
    this.lookups = new Lookups(homes, serving.recent(), lines);
    this.limiter = limiter;
    this.clock = clock;
  }

  @Post
  HttpResponse<?> judge(HttpRequest<?> request, @Body byte[] body) {
    FeedbackRequest judgement = FeedbackRequest.read(body);
    Optional<HttpResponse<?>> elsewhere =
        forwarding.elsewhere(request, body, judgement.requestId());
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    limiter.count(Callers.of(request));
    boolean remembered = lookups.isRemembered(Callers.of(request).tenant(), judgement.requestId());
    judgements
        .write()
        .apply(
            Feedback.newBuilder()
                .setRequestId(judgement.requestId())
                .setTenant(Callers.of(request).tenant())
                .setScore(judgement.score())
                .setComment(judgement.comment().orElse(null))
                .setSource(judgement.source())
                .setGivenAt(clock.instant())
                .build())
        .join();
    return Replies.json(
        200,
        Replies.JSON
            .createObjectNode()
            .put("object", "feedback")
            .put("request_id", judgement.requestId())
            .put("score", judgement.score())
            .put("source", judgement.source())
            .put("remembered", remembered));
  }
}
