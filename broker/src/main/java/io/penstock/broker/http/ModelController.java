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
import java.util.function.Supplier;

/** Which models there are. */
@Controller("/v1/models")
@Produces(MediaType.ALL)
public final class ModelController {

  private final Catalog catalog;

  /** Gives the models at the moment. */
  public record Catalog(Supplier<ModelCatalog> models) {}

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
    return Replies.json(200, list);
  }

  /** Names may hold slashes. */
  @Get("/{+id}")
  HttpResponse<byte[]> one(String id) {
    ModelSpec model =
        catalog
            .models()
            .get()
            .resolve(id)
            .orElseThrow(
                () ->
                    new ApiException(
                        new ApiError(
                            404,
                            "invalid_request_error",
                            "model_not_found",
                            "The model '%s' does not exist.".formatted(id),
                            Optional.of("model"),
                            Map.of())));
    return Replies.json(200, json(model, id));
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
