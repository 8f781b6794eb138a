package io.penstock.compose.cli;

import io.penstock.compose.http.FrontException;
import io.penstock.compose.kafka.SecurityFaults;
import io.penstock.schemas.client.PenstockClientException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** Turns what went wrong into one line with a remedy. */
final class CliErrors {

  private CliErrors() {}

  static CliException explain(Throwable error) {
    return switch (error) {
      case CliException known -> known;
      case CompletionException wrapped when wrapped.getCause() != null ->
          explain(wrapped.getCause());
      case ExecutionException wrapped when wrapped.getCause() != null ->
          explain(wrapped.getCause());
      case AuthenticationException e ->
          CliException.unreachable(
              SecurityFaults.KAFKA.explain(e).orElseGet(() -> String.valueOf(e.getMessage())), e);
      case TopicAuthorizationException e when e.getMessage().contains("penstock ") ->
          CliException.failure(e.getMessage(), e);
      case ClusterAuthorizationException e ->
          CliException.failure(
              "Kafka does not permit this: %s; it takes ALTER on the cluster, or one of Kafka's super.users"
                  .formatted(e.getMessage()),
              e);
      case AuthorizationException e ->
          CliException.failure(
              "Kafka does not permit this: %s; 'penstock acls show --role requester' and '--role operator' list what commands need, and 'penstock acls apply' grants it"
                  .formatted(e.getMessage()),
              e);
      case RetriableException e ->
          CliException.unreachable(
              "the cluster did not answer in time: %s; is it still running?"
                  .formatted(e.getMessage()),
              e);
      case FrontException.Unreachable e -> CliException.unreachable(e.getMessage(), e);
      case FrontException.Refused e -> CliException.failure(e.getMessage(), e);
      case PenstockClientException.NotSent e -> CliException.unreachable(e.getMessage(), e);
      case PenstockClientException.Closed e -> CliException.unreachable(e.getMessage(), e);
      case IllegalArgumentException e when e.getMessage() != null ->
          CliException.usage(e.getMessage());
      case SerializationException e -> CliException.failure(e.getMessage(), e);
      default ->
          CliException.failure(
              error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage(),
              error);
    };
  }
}
