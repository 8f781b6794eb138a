package io.penstock.broker.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import java.util.Optional;
import java.util.Set;

/**
 * A judgement of a result.
 *
 * @param requestId whose result is judged
 * @param score from 0 to 1
 * @param source who or what judges
 * @param comment why, for a person
 */
record FeedbackRequest(String requestId, double score, String source, Optional<String> comment) {

  private static final Set<String> FIELDS = Set.of("request_id", "score", "source", "comment");
  private static final int LONGEST_SOURCE = 64;
  private static final int LONGEST_COMMENT = 4000;

  /**
   * Reads a body.
   *
   * @throws ApiException with 400, naming the field that is wrong, and the remedy
   */
  static FeedbackRequest read(byte[] body) {
    ObjectNode json = JsonBody.object(Replies.JSON, body);
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                throw wrong(name, "is no field of a judgement; leave it out");
              }
            });
    String id =
        text(json, "request_id", Ids.MAX_LENGTH)
            .filter(each -> Names.fault(each, Ids.MAX_LENGTH).isEmpty())
            .orElseThrow(() -> wrong("request_id", "must be the id of a request"));
    JsonNode score = json.path("score");
    if (!score.isNumber() || !(score.asDouble() >= 0 && score.asDouble() <= 1)) {
      throw wrong("score", "must be a number from 0, useless, to 1, as good as can be");
    }
    return new FeedbackRequest(
        id,
        score.asDouble(),
        text(json, "source", LONGEST_SOURCE).orElse("user"),
        text(json, "comment", LONGEST_COMMENT));
  }

  private static Optional<String> text(ObjectNode json, String field, int longest) {
    JsonNode value = json.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual() || value.textValue().isBlank() || value.textValue().length() > longest) {
      throw wrong(field, "must be a string of 1 to %d characters".formatted(longest));
    }
    return Optional.of(value.textValue());
  }

  private static ApiException wrong(String field, String fault) {
    return new ApiException(
        ApiError.invalid(field, "invalid_value", "'%s' %s.".formatted(field, fault)));
  }
}
