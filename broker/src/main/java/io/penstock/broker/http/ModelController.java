package io.penstock.broker.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelCatalog;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Supplier;

/** Which models there are. */
@Controller("/v1/models")
@Produces(MediaType.ALL)
public final class ModelController {

  private final Catalog catalog;

  /**
   * What a request may name at the moment.
   *
   * @param models that are registered
   * @param aliases names that leave the choice of the model open
   */
  public record Catalog(Supplier<ModelCatalog> models, Supplier<SortedSet<String>> aliases) {}

  ModelController(Catalog catalog) {
    this.catalog = catalog;
  }

  @Get
  HttpResponse<byte[]> list() {
    ObjectNode list = Replies.JSON.createObjectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    for (ModelSpec model : catalog.models().get().models()) {
      data.add(json(model, model.getName()));
      model.getAliases().forEach(alias -> data.add(json(model, alias)));
    }
    catalog.aliases().get().stream()
        .filter(alias -> catalog.models().get().resolve(alias).isEmpty())
        .forEach(alias -> data.add(ofAlias(alias)));
    return Replies.json(200, list);
  }

  /** Names may hold slashes. */
  @Get("/{+id}")
  HttpResponse<byte[]> one(String id) {
    Optional<ModelSpec> model = catalog.models().get().resolve(id);
    if (model.isEmpty() && catalog.aliases().get().contains(id)) {
      return Replies.json(200, ofAlias(id));
    }
    return Replies.json(
        200,
        json(
            model.orElseThrow(
                () ->
                    new ApiException(
                        new ApiError(
                            404,
                            "invalid_request_error",
                            "model_not_found",
                            "The model '%s' does not exist.".formatted(id),
                            Optional.of("model"),
                            Map.of()))),
            id));
  }

  /** Its model is chosen for each request. */
  private static ObjectNode ofAlias(String alias) {
    return Replies.JSON
        .createObjectNode()
        .put("id", alias)
        .put("object", "model")
        .put("created", 0)
        .put("owned_by", "penstock");
  }

  private static ObjectNode json(ModelSpec model, String id) {
    return Replies.JSON
        .createObjectNode()
        .put("id", id)
        .put("object", "model")
        .put("created", model.getUpdatedAt().getEpochSecond())
        .put("owned_by", model.getProvider().orElse("local"));
  }
}
