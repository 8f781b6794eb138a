package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.compose.http.FrontCall;
import io.penstock.compose.http.FrontClient;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelChanges;
import io.penstock.schemas.models.ModelFile;
import io.penstock.schemas.routing.Revision;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The model registry as the front shows and changes it. */
final class FrontModels {

  private static final String PATH = "/admin/models";
  private static final String REVISIONS = "/admin/revisions";

  /** Only the front knows how many there are; it checks what is sent. */
  private static final int UNKNOWN_PARTITIONS = Integer.MAX_VALUE;

  private FrontModels() {}

  static List<ModelSpec> list(FrontClient client) throws InterruptedException {
    return FrontPages.objects(client.object(FrontCall.get(PATH))).stream()
        .map(FrontModels::model)
        .toList();
  }

  private static ModelSpec model(ObjectNode json) {
    return FrontDocuments.understood(
        () -> {
          Instant updated = Instant.parse(json.path("updatedAt").asText());
          ObjectNode file = RecordJson.MAPPER.createObjectNode();
          file.putArray("models").add(json.deepCopy().without("updatedAt"));
          return ModelFile.parse("models.json", file.toString(), UNKNOWN_PARTITIONS, updated)
              .getFirst();
        });
  }

  /** Adds or replaces the models of a file, and returns them as the front has stored them. */
  static List<ModelSpec> apply(FrontClient client, Path file, Instant now)
      throws InterruptedException {
    List<ModelSpec> models = PublishedModels.read(file, UNKNOWN_PARTITIONS, now);
    var _ =
        client.succeed(
            FrontCall.put(PATH, ModelFile.json(models).getBytes(StandardCharsets.UTF_8)));
    return PublishedModels.stored(list(client), models);
  }

  static boolean remove(FrontClient client, String name) throws InterruptedException {
    return FrontDocuments.remove(client, FrontDocuments.pathWithSlashes(PATH, name));
  }

  /**
   * The revisions that are kept, the latest first.
   *
   * @param whole whether with their models, each of which is a call of its own
   */
  static List<Revision> history(FrontClient client, boolean whole) throws InterruptedException {
    List<Revision> revisions = new ArrayList<>();
    for (ObjectNode each : FrontPages.objects(client.object(FrontCall.get(REVISIONS)))) {
      String number = each.path("number").asText();
      Optional<ObjectNode> found =
          whole
              ? FrontDocuments.find(client, FrontDocuments.path(REVISIONS, number))
              : Optional.of(each);
      // One that is gone meanwhile is no longer kept.
      found.ifPresent(json -> revisions.add(revision(json)));
    }
    return revisions;
  }

  private static Revision revision(ObjectNode json) {
    return FrontDocuments.understood(
        () -> {
          ObjectNode file = RecordJson.MAPPER.createObjectNode();
          file.set("models", json.path("models"));
          return new Revision(
              json.path("number").asText(),
              json.path("summary").asText(),
              Instant.parse(json.path("created_at").asText()),
              file.toString());
        });
  }

  /** Makes the registry what it was; empty if no such revision is kept. */
  static Optional<ModelChanges> rollback(FrontClient client, String revision)
      throws InterruptedException {
    return FrontDocuments.found(
            client, FrontCall.post(FrontDocuments.path(REVISIONS, revision) + "/restore"))
        .map(
            changes ->
                new ModelChanges(
                    names(changes.path("added")),
                    names(changes.path("updated")),
                    names(changes.path("unchanged")),
                    names(changes.path("removed"))));
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(each -> names.add(each.asText()));
    return names;
  }
}
