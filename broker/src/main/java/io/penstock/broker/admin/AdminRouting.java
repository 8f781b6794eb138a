package io.penstock.broker.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.Put;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.penstock.broker.http.Callers;
import io.penstock.broker.http.Replies;
import io.penstock.schemas.policies.RoutingFile;
import io.penstock.schemas.policies.RoutingPublisher;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Policies of tenants, aliases and overload, and what the control loop decided. */
@Controller("/admin/routing")
@Produces(MediaType.ALL)
@Consumes(MediaType.ALL)
@ExecuteOn(TaskExecutors.BLOCKING)
final class AdminRouting {

  /**
   * The kinds that people write here, and their lists in a file. Others have paths of their own.
   */
  private static final Map<RoutingKind, String> WRITTEN =
      Map.of(
          RoutingKind.TENANT, "tenants",
          RoutingKind.ALIAS, "aliases",
          RoutingKind.LADDER, "ladders");

  private static final String FILE = "routing.json";

  private final RoutingPublisher publisher;

  AdminRouting(RoutingPublisher publisher) {
    this.publisher = publisher;
  }

  /** All entries but revisions of the models, which have a path of their own. */
  @Get
  HttpResponse<byte[]> list(@Nullable @QueryValue String kind) {
    Optional<RoutingKind> only = kind == null ? Optional.empty() : Optional.of(kindOf(kind));
    return Replies.json(
        200,
        DocumentJson.list(
            publisher.entries().values().stream()
                .filter(
                    entry -> {
                      RoutingKind of = RoutingKind.of(entry.document());
                      return only.map(of::equals).orElse(of != RoutingKind.REVISION);
                    })
                .map(DocumentJson::of)));
  }

  @Get("/{kind}/{+name}")
  HttpResponse<byte[]> one(String kind, String name) {
    return Replies.json(200, DocumentJson.of(known(kindOf(kind), name)));
  }

  /** Adds the policies of a file, or replaces those of the same name; others stay. */
  @Put
  HttpResponse<byte[]> apply(HttpRequest<?> request, @Body byte[] body) {
    ObjectNode file = AdminBody.object(body);
    Optional<String> reason = AdminBody.reason(file);
    file.remove("reason");
    List<RoutingDocument> documents = put(request, file, reason.orElse(null));
    ObjectNode json = Replies.JSON.createObjectNode().put("object", "routing.changes");
    ArrayNode applied = json.putArray("applied");
    documents.forEach(each -> applied.add(RoutingKind.of(each).key(each.name())));
    return Replies.json(200, json);
  }

  @Put("/{kind}/{+name}")
  HttpResponse<byte[]> put(HttpRequest<?> request, String kind, String name, @Body byte[] body) {
    RoutingKind of = writtenKind(kind);
    ObjectNode document = AdminBody.object(body);
    Optional<String> reason = AdminBody.reason(document);
    document.remove("reason");
    ObjectNode file = Replies.JSON.createObjectNode();
    file.putArray(String.valueOf(WRITTEN.get(of))).add(AdminBody.named(document, name));
    var _ = put(request, file, reason.orElse(null));
    return Replies.json(200, DocumentJson.of(known(of, name)));
  }

  private List<RoutingDocument> put(
      HttpRequest<?> request, ObjectNode file, @Nullable String reason) {
    return Refusals.explained(
        () -> {
          List<RoutingDocument> documents = RoutingFile.parse(FILE, file.toString());
          publisher.put(documents, Callers.admin(request), reason);
          return documents;
        });
  }

  /**
   * Removes an entry of any kind: what the control loop decided, too, which it then begins anew.
   */
  @Delete("/{kind}/{+name}")
  HttpResponse<?> remove(HttpRequest<?> request, String kind, String name) {
    RoutingKind of = kindOf(kind);
    var _ = known(of, name);
    Refusals.explained(
        () ->
            publisher.change(
                Callers.admin(request),
                "removed",
                _ -> List.of(new RoutingPublisher.Edit.Remove(of, name))));
    return HttpResponse.noContent();
  }

  private RoutingPublisher.Stored known(RoutingKind kind, String name) {
    return Optional.ofNullable(publisher.entries().get(kind.key(name)))
        .orElseThrow(() -> Refusals.notFound(kind.label(), name));
  }

  private static RoutingKind kindOf(String label) {
    return RoutingKind.ofLabel(label)
        .orElseThrow(() -> Refusals.notFound("kind of routing entry", label));
  }

  private static RoutingKind writtenKind(String label) {
    RoutingKind kind = kindOf(label);
    if (!WRITTEN.containsKey(kind)) {
      throw AdminBody.wrong(
          "kind", "entries of this kind are not written here; tenant, alias and ladder are");
    }
    return kind;
  }
}
