package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.policies.RolloutAction;
import io.penstock.schemas.policies.RolloutCommands;
import io.penstock.schemas.policies.RolloutFile;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes models from one variant to another. */
@Controller("/admin/rollouts")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminRollouts {

  private final RoutingPublisher publisher;
  private final ModelPublisher models;
  private final InstantSource clock;

  AdminRollouts(RoutingPublisher publisher, ModelPublisher models, InstantSource clock) {
    this.publisher = publisher;
    this.models = models;
    this.clock = clock;
  }

  @Get
  HttpResponse<byte[]> list() {
    return Replies.json(
        200, DocumentJson.list(publisher.list().all(Rollout.class).map(DocumentJson::of)));
  }

  @Get("/{model}")
  HttpResponse<byte[]> one(String model) {
    return Replies.json(200, DocumentJson.of(known(publisher.list(), model)));
  }

  @Post
  HttpResponse<byte[]> start(HttpRequest<?> request, @Body byte[] body) {
    ObjectNode file = AdminBody.object(body);
    Optional<String> reason = AdminBody.reason(file);
    file.remove("reason");
    Rollout wanted = Refusals.readable(() -> RolloutFile.parse(file.toString()));
    ModelCatalog catalog = models.list();
    Rollout started =
        written(
            request,
            reason.orElse("started"),
            state -> RolloutCommands.start(state, catalog, wanted, clock.instant()));
    return Replies.json(201, DocumentJson.of(started));
  }

  @Post("/{model}/{step}")
  HttpResponse<byte[]> change(
      HttpRequest<?> request, String model, String step, @Nullable @Body String body) {
    RolloutAction action =
        RolloutAction.ofLabel(step).orElseThrow(() -> Refusals.notFound("step of a rollout", step));
    String reason =
        action.reason(AdminBody.reason(AdminBody.optional(body, "reason")).orElse(null));
    Rollout changed =
        written(
            request,
            reason,
            state -> {
              var _ = known(state, model);
              return action.apply(state, model, reason, clock.instant());
            });
    return Replies.json(200, DocumentJson.of(changed));
  }

  private Rollout written(
      HttpRequest<?> request, String reason, Function<RoutingState, Rollout> decide) {
    AtomicReference<@Nullable Rollout> decided = new AtomicReference<>();
    Refusals.allowed(
        () ->
            publisher.change(
                Callers.admin(request),
                reason,
                state -> {
                  Rollout rollout = decide.apply(state);
                  decided.set(rollout);
                  return List.of(new RoutingPublisher.Edit.Put(rollout));
                }));
    return Objects.requireNonNull(decided.get());
  }

  private static Rollout known(RoutingState state, String model) {
    return state.rollout(model).orElseThrow(() -> Refusals.notFound("rollout", model));
  }
}
