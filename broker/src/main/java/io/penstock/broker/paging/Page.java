package io.penstock.broker.paging;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list.
 *
 * @param items what it shows
 * @param hasMore whether more follow
 */
public record Page<T>(List<T> items, boolean hasMore) {

  /**
   * What a caller asks for.
   *
   * @param after the id behind which the page begins; null begins at the front
   * @param limit the most items
   * @param ascending whether the oldest come first
   */
  public record Query(@Nullable String after, int limit, boolean ascending) {

    /**
     * Reads the parameters of a call.
     *
     * @param most the highest limit
     * @param usual the limit where none is given
     * @throws ApiException with 400, naming the parameter
     */
    public static Query of(
        @Nullable String after,
        @Nullable String limit,
        @Nullable String order,
        int most,
        int usual) {
      return new Query(after, limit(limit, most, usual), ascending(order));
    }

    private static int limit(@Nullable String limit, int most, int usual) {
      if (limit == null) {
        return usual;
      }
      try {
        int value = Integer.parseInt(limit);
        if (value >= 1 && value <= most) {
          return value;
        }
      } catch (NumberFormatException refusedBelow) {
        // The message is the same.
      }
      throw new ApiException(
          ApiError.invalid(
              "limit", "invalid_limit", "limit must be a number from 1 to %d.".formatted(most)));
    }

    private static boolean ascending(@Nullable String order) {
      return switch (order) {
        case "asc" -> true;
        case "desc" -> false;
        case null -> false;
        default ->
            throw new ApiException(
                ApiError.invalid("order", "invalid_order", "order must be asc or desc."));
      };
    }
  }

  /**
   * Cuts a page.
   *
   * @param oldestFirst all items in their order
   * @throws ApiException with 400 if {@code after} is none of them
   */
  public static <T> Page<T> of(List<T> oldestFirst, Function<T, String> id, Query query) {
    List<T> ordered = query.ascending() ? oldestFirst : oldestFirst.reversed();
    int from = 0;
    if (query.after() != null) {
      String after = query.after();
      Optional<T> before =
          ordered.stream().filter(each -> id.apply(each).equals(after)).findFirst();
      if (before.isEmpty()) {
        throw new ApiException(
            ApiError.invalid(
                "after", "invalid_after", "after must be the id of an item of this list."));
      }
      from = ordered.indexOf(before.get()) + 1;
    }
    int to = Math.min(ordered.size(), from + query.limit());
    return new Page<>(ordered.subList(from, to), to < ordered.size());
  }

  /** OpenAI's list object. */
  public ObjectNode json(Function<T, ObjectNode> item) {
    ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
    ArrayNode data = list.putArray("data");
    items.forEach(each -> data.add(item.apply(each)));
    // The schema wants strings here, also of an empty list.
    list.put("first_id", data.isEmpty() ? "" : data.get(0).path("id").asText());
    list.put("last_id", data.isEmpty() ? "" : data.get(data.size() - 1).path("id").asText());
    return list.put("has_more", hasMore);
  }
}
