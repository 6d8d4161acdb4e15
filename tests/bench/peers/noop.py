# SPDX-License-Identifier: Apache-2.0
"""The least that a wrapper in Python does: RUNTIME ARGS..., executed."""
import os
import sys

os.execv(sys.argv[1], sys.argv[1:])
