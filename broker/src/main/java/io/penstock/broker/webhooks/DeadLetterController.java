package io.penstock.broker.webhooks;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.http.Callers;
import io.penstock.broker.webhooks.delivery.DeadLetter;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The caller's own dead letters. */
@Controller("/v1/webhook_dead_letters")
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class DeadLetterController {

  private final DeadLetters letters;

  DeadLetterController(DeadLetters letters) {
    this.letters = letters;
  }

  @Get
  HttpResponse<byte[]> list(
      HttpRequest<?> request,
      @Nullable @QueryValue("webhook_endpoint_id") String endpoint,
      @Nullable @QueryValue String after,
      @Nullable @QueryValue String limit) {
    return EndpointController.json(letters.list(mine(request), endpoint, after, limit));
  }

  @Post("/{id}/replay")
  HttpResponse<?> replay(HttpRequest<?> request, String id) throws InterruptedException {
    return letters.replay(request, id, mine(request));
  }

  @Delete("/{id}")
  HttpResponse<?> discard(HttpRequest<?> request, String id) throws InterruptedException {
    return letters.discard(request, id, mine(request));
  }

  private static Predicate<DeadLetter> mine(HttpRequest<?> request) {
    String tenant = Callers.of(request).tenant();
    return letter -> letter.delivery().event().tenant().equals(tenant);
  }
}
