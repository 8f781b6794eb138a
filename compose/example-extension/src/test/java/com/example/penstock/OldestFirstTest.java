package com.example.penstock;

import io.penstock.schemas.extension.Extension;
import io.penstock.schemas.extension.Extensions;
import io.penstock.streams.contract.RankPolicyContract;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.RankPolicyProvider;

class OldestFirstTest extends RankPolicyContract {

  @Override
  protected RankPolicy policy() {
    return Extensions.create(
        RankPolicyProvider.class,
        "rank",
        Extension.named("oldest-first").with("batch-handicap", "5m"),
        RankPolicyProvider::create);
  }
}
