create macro node(name) as 'T-' || regexp_replace(lower(trim(name)), '[^a-z0-9]+', '-', 'g');
