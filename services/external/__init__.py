"""Filing on another platform (外部平台填报): its export comes in by credit code, again and again without copies."""
