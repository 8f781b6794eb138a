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
import org.jspecify.annotations.Nullable;

/** The dead letters of all tenants. */
@Controller("/admin/webhooks/dead-letters")
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminDeadLetterController {

  private final DeadLetters letters;

  AdminDeadLetterController(DeadLetters letters) {
    this.letters = letters;
  }

  @Get
  HttpResponse<byte[]> list(
      @Nullable @QueryValue String tenant,
      @Nullable @QueryValue("webhook_endpoint_id") String endpoint,
      @Nullable @QueryValue String after,
      @Nullable @QueryValue String limit) {
    return EndpointController.json(
        letters.list(
            letter -> tenant == null || letter.delivery().event().tenant().equals(tenant),
            endpoint,
            after,
            limit));
  }

  @Post("/{id}/replay")
  HttpResponse<?> replay(HttpRequest<?> request, String id) throws InterruptedException {
    return letters.replay(request, id, _ -> true);
  }

  @Delete("/{id}")
  HttpResponse<?> discard(HttpRequest<?> request, String id) throws InterruptedException {
    return letters.discard(request, id, _ -> true);
  }
}
