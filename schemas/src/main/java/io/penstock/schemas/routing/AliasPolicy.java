package io.penstock.schemas.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A name that leaves the choice to Penstock, such as {@code auto} or {@code smart}. A model's own
 * name or alias goes before it.
 *
 * @param name what requests name as their model
 * @param models the candidates, names or aliases of models; empty: every model that serves the
 *     endpoint
 * @param goal the balance of price and quality; null: as the tenant's policy, else the best quality
 *     for the price
 * @param sort what to prefer, where a request does not say; null: by goal
 * @param minQuality the least expected quality, from 0 to 1
 * @param maxPrice the most a request may cost
 * @param deferBatch whether batch requests may wait for cheaper hours within their deadline
 */
public record AliasPolicy(
    String name,
    List<String> models,
    @Nullable Goal goal,
    @Nullable Sort sort,
    @Nullable Double minQuality,
    @Nullable Double maxPrice,
    boolean deferBatch)
    implements RoutingDocument {

  public AliasPolicy {
    name = Field.name("alias", name);
    models = Field.list(models);
    Field.share("minQuality", minQuality);
    Field.atLeast("maxPrice", maxPrice, 0);
  }
}
