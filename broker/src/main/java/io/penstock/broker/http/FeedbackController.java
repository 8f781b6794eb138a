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
import io.penstock.broker.limits.Limiter;
import io.penstock.schemas.Feedback;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * How good results were. A judgement counts for a result of the caller's own tenant only, so what
 * it names is not looked up: it may have ended long ago.
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
  private final Limiter limiter;
  private final InstantSource clock;

  FeedbackController(Judgements judgements, Limiter limiter, InstantSource clock) {
    this.judgements = judgements;
    this.limiter = limiter;
    this.clock = clock;
  }

  @Post
  HttpResponse<byte[]> judge(HttpRequest<?> request, @Body byte[] body) {
    limiter.count(Callers.of(request));
    FeedbackRequest judgement = FeedbackRequest.read(body);
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
            .put("source", judgement.source()));
  }
}
