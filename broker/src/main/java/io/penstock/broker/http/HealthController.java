package io.penstock.broker.http;

import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import java.util.Optional;

/** Says to load balancers whether to send calls here. */
@Controller("/health")
@Produces(MediaType.ALL)
final class HealthController {

  private final Readiness readiness;

  HealthController(Readiness readiness) {
    this.readiness = readiness;
  }

  @Get("/live")
  HttpResponse<byte[]> live() {
    return Replies.json(200, Replies.JSON.createObjectNode().put("status", "UP"));
  }

  @Get("/ready")
  HttpResponse<byte[]> ready() {
    Optional<String> problem =
        readiness.isStopping() ? Optional.of("it is stopping") : readiness.problem();
    return Replies.json(
        problem.isEmpty() ? 200 : 503,
        Replies.JSON
            .createObjectNode()
            .put("status", problem.isEmpty() ? "UP" : "DOWN")
            .put("problem", problem.orElse(null)));
  }
}
