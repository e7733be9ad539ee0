"""Settings for all tests: Hypothesis judges results, never the speed of a busy machine.

Where a test is to fail (`make mutants`), it is enough that it does: `hasty` looks for no smaller example.
"""

import os

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "steady",
    deadline=None,
    derandomize="CI" in os.environ,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "hasty",
    settings.get_profile("steady"),
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("steady")
