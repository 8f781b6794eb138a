package io.penstock.broker.messages;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of batches, as Anthropic's API cuts them.
 *
 * @param items what it shows, the newest first
 * @param hasMore whether more lie in the direction that was asked for
 */
record MessagePage(List<Batch> items, boolean hasMore) {

  private static final int MOST = 1000;
  private static final int USUAL = 20;

  /**
   * Cuts a page.
   *
   * @param newestFirst all of them
   * @param afterId the batch behind which the page begins
   * @param beforeId the batch before which the page ends
   * @param limit the most batches; null: 20
   * @throws ApiException with 400, naming the parameter
   */
  static MessagePage of(
      List<Batch> newestFirst,
      @Nullable String afterId,
      @Nullable String beforeId,
      @Nullable String limit) {
    int most = limit(limit);
    if (afterId != null && beforeId != null) {
      throw invalid("before_id", "and after_id cannot both be given");
    }
    if (beforeId != null) {
      int to = index(newestFirst, beforeId, "before_id");
      int from = Math.max(0, to - most);
      return new MessagePage(newestFirst.subList(from, to), from > 0);
    }
    int from = afterId == null ? 0 : index(newestFirst, afterId, "after_id") + 1;
    int to = Math.min(newestFirst.size(), from + most);
    return new MessagePage(newestFirst.subList(from, to), to < newestFirst.size());
  }

  private static int limit(@Nullable String limit) {
    if (limit == null) {
      return USUAL;
    }
    try {
      int value = Integer.parseInt(limit);
      if (value >= 1 && value <= MOST) {
        return value;
      }
    } catch (NumberFormatException refusedBelow) {
      // The message is the same.
    }
    throw invalid("limit", "must be a number from 1 to %d".formatted(MOST));
  }

  private static int index(List<Batch> all, String id, String param) {
    for (int each = 0; each < all.size(); each++) {
      if (all.get(each).order().id().equals(id)) {
        return each;
      }
    }
    throw invalid(param, "must be the id of a batch of this list");
  }

  private static ApiException invalid(String param, String why) {
    return new ApiException(
        ApiError.invalid(param, "invalid_value", "%s %s.".formatted(param, why)));
  }

  ObjectNode json(Function<Batch, ObjectNode> item) {
    ObjectNode page = JsonNodeFactory.instance.objectNode();
    ArrayNode data = page.putArray("data");
    items.forEach(each -> data.add(item.apply(each)));
    return page.put("has_more", hasMore)
        .put("first_id", items.isEmpty() ? null : items.getFirst().order().id())
        .put("last_id", items.isEmpty() ? null : items.getLast().order().id());
  }
}
