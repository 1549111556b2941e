"""The paper's experiments on real networks (Section 5). Heavy libraries load when used; torch only to train."""
