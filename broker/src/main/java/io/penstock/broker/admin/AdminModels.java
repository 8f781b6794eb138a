package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelChanges;
import io.penstock.schemas.models.ModelFile;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.topics.TopicSettings;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The model registry: what there is, changes, and the way back. */
@Controller("/admin")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminModels {

  private final ModelPublisher publisher;
  private final TopicSettings topics;
  private final InstantSource clock;

  AdminModels(ModelPublisher publisher, TopicSettings topics, InstantSource clock) {
    this.publisher = publisher;
    this.topics = topics;
    this.clock = clock;
  }

  @Get("/models")
  HttpResponse<byte[]> list() {
    return Replies.json(200, json(publisher.list().models()));
  }

  @Get("/models/{+name}")
  HttpResponse<byte[]> one(String name) {
    return Replies.json(200, json(known(name)));
  }

  /** Adds the models of a file, or replaces those of the same name; others stay. */
  @Put("/models")
  HttpResponse<byte[]> apply(@Body byte[] body) {
    ObjectNode file = AdminBody.object(body);
    AdminBody.requireOnly(file, Set.of("models"));
    return Replies.json(200, changes(applied(file)));
  }

  @Put("/models/{+name}")
  HttpResponse<byte[]> put(String name, @Body byte[] body) {
    ObjectNode model = AdminBody.named(AdminBody.object(body), name);
    model.remove("updatedAt");
    ObjectNode file = Replies.JSON.createObjectNode();
    file.putArray("models").add(model);
    ModelChanges changes = applied(file);
    return Replies.json(changes.added().isEmpty() ? 200 : 201, json(known(name)));
  }

  private ModelChanges applied(ObjectNode file) {
    return Refusals.explained(
        () ->
            publisher.apply(
                ModelFile.parse(
                    "models.json", file.toString(), topics.modelPartitions(), clock.instant())));
  }

  @Delete("/models/{+name}")
  HttpResponse<?> remove(String name) {
    if (!Refusals.explained(() -> publisher.remove(name))) {
      throw Refusals.notFound("model", name);
    }
    return HttpResponse.noContent();
  }

  @Get("/revisions")
  HttpResponse<byte[]> history() {
    ObjectNode list = Replies.JSON.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    for (Revision each : publisher.history()) {
      data.add(json(each));
    }
    return Replies.json(200, list);
  }

  /** A revision with its models, as {@code PUT /admin/models} takes them. */
  @Get("/revisions/{number}")
  HttpResponse<byte[]> revision(String number) {
    Revision revision = kept(number);
    ObjectNode json = json(revision);
    json.set("models", AdminBody.object(bytes(revision.models())).path("models"));
    return Replies.json(200, json);
  }

  /** Makes the registry what it was. */
  @Post("/revisions/{number}/restore")
  HttpResponse<byte[]> restore(String number) {
    var _ = kept(number);
    return Replies.json(200, changes(Refusals.explained(() -> publisher.rollback(number))));
  }

  private Revision kept(String number) {
    return publisher.history().stream()
        .filter(each -> each.name().equals(number))
        .findFirst()
        .orElseThrow(() -> Refusals.notFound("revision", number));
  }

  private static ObjectNode json(Revision revision) {
    return Replies.JSON
        .createObjectNode()
        .put("number", revision.name())
        .put("summary", revision.summary())
        .put("created_at", revision.appliedAt().toString());
  }

  private ModelSpec known(String name) {
    return Optional.of(publisher.list())
        .flatMap(models -> models.resolve(name))
        .filter(model -> model.getName().equals(name))
        .orElseThrow(() -> Refusals.notFound("model", name));
  }

  private static ObjectNode changes(ModelChanges changes) {
    ObjectNode json = Replies.JSON.createObjectNode().put("object", "model.changes");
    names(json.putArray("added"), changes.added());
    names(json.putArray("updated"), changes.updated());
    names(json.putArray("unchanged"), changes.unchanged());
    names(json.putArray("removed"), changes.removed());
    return json;
  }

  private static void names(ArrayNode into, Collection<String> names) {
    names.forEach(into::add);
  }

  private static ObjectNode json(Collection<ModelSpec> models) {
    ObjectNode list = Replies.JSON.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    models.forEach(model -> data.add(json(model)));
    return list;
  }

  /** The fields of a model file, so that what was read can be put again. */
  private static JsonNode json(ModelSpec model) {
    ObjectNode file = AdminBody.object(bytes(ModelFile.json(List.of(model))));
    ObjectNode json = (ObjectNode) file.path("models").path(0);
    return json.put("updatedAt", model.getUpdatedAt().toString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
