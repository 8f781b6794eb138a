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
import io.penstock.schemas.policies.ExperimentCommands;
import io.penstock.schemas.policies.ExperimentFile;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compares models or variants on live requests. */
@Controller("/admin/experiments")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminExperiments {

  private final RoutingPublisher publisher;
  private final ModelPublisher models;
  private final InstantSource clock;

  AdminExperiments(RoutingPublisher publisher, ModelPublisher models, InstantSource clock) {
    this.publisher = publisher;
    this.models = models;
    this.clock = clock;
  }

  @Get
  HttpResponse<byte[]> list() {
    return Replies.json(
        200, DocumentJson.list(publisher.list().all(Experiment.class).map(DocumentJson::of)));
  }

  @Get("/{name}")
  HttpResponse<byte[]> one(String name) {
    return Replies.json(200, DocumentJson.of(known(publisher.list(), name)));
  }

  @Post
  HttpResponse<byte[]> start(HttpRequest<?> request, @Body byte[] body) {
    ObjectNode file = AdminBody.object(body);
    Experiment wanted = Refusals.readable(() -> ExperimentFile.parse(file.toString()));
    ModelCatalog catalog = models.list();
    RoutingState after =
        changed(
            request,
            "started",
            state -> List.of(ExperimentCommands.start(state, catalog, wanted, clock.instant())));
    return Replies.json(201, DocumentJson.of(known(after, wanted.name())));
  }

  @Post("/{name}/stop")
  HttpResponse<byte[]> stop(HttpRequest<?> request, String name, @Nullable @Body String body) {
    String reason =
        AdminBody.reason(AdminBody.optional(body, "reason"))
            .orElse(ExperimentCommands.STOPPED_BY_HAND);
    RoutingState after =
        changed(
            request,
            reason,
            state -> {
              var _ = known(state, name);
              return List.of(ExperimentCommands.stop(state, name, reason, clock.instant()));
            });
    return Replies.json(200, DocumentJson.of(known(after, name)));
  }

  /** The registry first: while the experiment still runs, that changes nothing for its requests. */
  @Post("/{name}/promote")
  HttpResponse<byte[]> promote(HttpRequest<?> request, String name, @Nullable @Body String body) {
    ObjectNode asked = AdminBody.optional(body, "arm");
    String arm =
        AdminBody.text(asked, "arm")
            .orElseThrow(() -> AdminBody.wrong("arm", "name the arm that wins"));
    Instant now = clock.instant();
    ModelCatalog catalog = models.list();
    RoutingState before = publisher.list();
    var _ = known(before, name);
    ExperimentCommands.Promotion promotion =
        Refusals.allowed(() -> ExperimentCommands.promote(before, catalog, name, arm, now));
    if (!promotion.models().isEmpty()) {
      Refusals.explained(() -> models.apply(promotion.models()));
    }
    RoutingState after =
        changed(
            request,
            "arm %s promoted".formatted(arm),
            state -> ExperimentCommands.promote(state, catalog, name, arm, now).documents());
    return Replies.json(
        200, DocumentJson.of(known(after, name)).put("summary", promotion.summary()));
  }

  private RoutingState changed(
      HttpRequest<?> request,
      String reason,
      Function<RoutingState, List<? extends RoutingDocument>> decide) {
    return Refusals.allowed(
        () ->
            publisher.change(
                Callers.admin(request),
                reason,
                state ->
                    decide.apply(state).stream()
                        .<RoutingPublisher.Edit>map(RoutingPublisher.Edit.Put::new)
                        .toList()));
  }

  private static Experiment known(RoutingState state, String name) {
    return state.experiment(name).orElseThrow(() -> Refusals.notFound("experiment", name));
  }
}
