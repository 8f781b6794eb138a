package io.penstock.schemas.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits what a tenant's requests may use and spend. The tenant {@code *} stands for all without a
 * policy of their own.
 *
 * @param name the tenant
 * @param allowedModels if not empty, nothing else may serve it
 * @param deniedModels never serve it
 * @param allowedProviders if not empty, no other provider may serve it; a model without a provider
 *     counts as {@code local}
 * @param deniedProviders never serve it
 * @param allowFallbacks whether registered fallbacks may serve requests that do not say; null: yes
 * @param goal the balance of price and quality where a request leaves the model open
 * @param sort what to prefer, where a request does not say
 * @param budgets what it may spend, at most one for each period
 * @param replyTopics patterns of the topics that its results may be copied to, such as {@code
 *     acme-answers.*}; see {@link ReplyTopicPattern}. Null: the default ones; an empty list: none.
 *     Topics of Penstock, Kafka and services beside it are never allowed
 */
public record TenantPolicy(
    String name,
    List<String> allowedModels,
    List<String> deniedModels,
    List<String> allowedProviders,
    List<String> deniedProviders,
    @Nullable Boolean allowFallbacks,
    @Nullable Goal goal,
    @Nullable Sort sort,
    List<Budget> budgets,
    @Nullable List<String> replyTopics)
    implements RoutingDocument {

  /** The tenant that stands for all others. */
  public static final String EVERYONE = "*";

  private static final int MOST_REPLY_TOPICS = 32;

  public TenantPolicy {
    name = Field.name("tenant", name);
    allowedModels = Field.list(allowedModels);
    deniedModels = Field.list(deniedModels);
    allowedProviders = Field.list(allowedProviders);
    deniedProviders = Field.list(deniedProviders);
    budgets = Field.list(budgets);
    if (budgets.stream().map(Budget::period).distinct().count() < budgets.size()) {
      throw new IllegalArgumentException("budgets has a period twice; give one budget for each");
    }
    if (replyTopics != null) {
      replyTopics = List.copyOf(replyTopics);
      replyTopics.forEach(ReplyTopicPattern::new);
      Field.range("the number of replyTopics", (double) replyTopics.size(), 0, MOST_REPLY_TOPICS);
    }
  }

  /** A policy with the default reply topics. */
  public TenantPolicy(
      String name,
      List<String> allowedModels,
      List<String> deniedModels,
      List<String> allowedProviders,
      List<String> deniedProviders,
      @Nullable Boolean allowFallbacks,
      @Nullable Goal goal,
      @Nullable Sort sort,
      List<Budget> budgets) {
    this(
        name,
        allowedModels,
        deniedModels,
        allowedProviders,
        deniedProviders,
        allowFallbacks,
        goal,
        sort,
        budgets,
        null);
  }
}
